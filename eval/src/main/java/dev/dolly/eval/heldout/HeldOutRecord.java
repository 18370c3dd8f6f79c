package dev.dolly.eval.heldout;

import static java.util.Objects.requireNonNull;

import dev.dolly.engine.example.Built;
import dev.dolly.engine.example.ExampleBuilder;
import dev.dolly.schemas.dataset.InstructionText;

/** A record that a model is asked and that it was not trained on. */
public record HeldOutRecord(String id, InstructionText text) {
  public HeldOutRecord {
    requireNonNull(id, "id");
    requireNonNull(text, "text");
  }

  /** As training would make an example of it. */
  Built build(ExampleBuilder builder) {
    return builder.build(id, text.instruction(), text.context(), text.response());
  }
}
