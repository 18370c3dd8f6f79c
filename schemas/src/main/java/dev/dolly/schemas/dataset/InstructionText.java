package dev.dolly.schemas.dataset;

import static java.util.Objects.requireNonNull;

/**
 * What an example of an instruction dataset says. A text that is missing is empty.
 *
 * @param instruction what is asked
 * @param context text the instruction is about
 * @param response the answer to learn
 * @param category kind of task, as the dataset names it
 */
public record InstructionText(
    String instruction, String context, String response, String category) {
  public InstructionText {
    requireNonNull(instruction, "instruction");
    requireNonNull(context, "context");
    requireNonNull(response, "response");
    requireNonNull(category, "category");
  }
}
