package dev.dolly.inference.model;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.schemas.avro.ModelRef;

/**
 * A model under the name that its answers carry. Owns the weights.
 *
 * @param model in memory
 * @param prompts its prompt format
 * @param ref its name, version, digest and number format
 */
public record ServedModel(LanguageModel model, PromptFormat prompts, ModelRef ref)
    implements AutoCloseable {

  /**
   * Takes a loaded model over.
   *
   * @throws dev.dolly.engine.model.ModelFormatException where it has no tokenizer; it is then
   *     closed
   */
  public static ServedModel of(LanguageModel model, String name, String version, String digest) {
    try {
      return new ServedModel(
          model,
          model.promptFormat(),
          new ModelRef(name, version, digest, model.dtype().configName()));
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
