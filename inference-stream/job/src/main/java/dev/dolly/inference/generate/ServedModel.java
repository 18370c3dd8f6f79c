package dev.dolly.inference.generate;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.schemas.avro.ModelRef;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model of one subtask under the name that its answers carry. Owns the weights.
 *
 * @param model in memory
 * @param prompts its prompt format
 * @param ref its name, version, digest and number format
 */
record ServedModel(LanguageModel model, PromptFormat prompts, ModelRef ref)
    implements AutoCloseable {

  /**
   * Loads the settings' model.
   *
   * @param subtasks that may share this host's processors
   * @throws dev.dolly.engine.model.ModelFormatException one line that names the file
   */
  static ServedModel load(InferenceSettings settings, int subtasks) {
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = settings.threads() > 0 ? settings.threads() : Math.max(1, processors / subtasks);
    LanguageModel model =
        LanguageModel.load(
            ModelDirectory.open(Path.of(settings.modelDirectory())),
            new ComputeSettings(Optional.ofNullable(settings.dtype()), threads));
    try {
      return of(model, settings.modelName(), Optional.ofNullable(settings.modelVersion()));
    } catch (RuntimeException | Error e) { // no tokenizer: the weights have no owner yet
      model.close();
      throw e;
    }
  }

  /** Takes a loaded model over. A model without a version goes by its digest. */
  static ServedModel of(LanguageModel model, String name, Optional<String> version) {
    String digest = model.digest();
    return new ServedModel(
        model,
        model.promptFormat(),
        new ModelRef(name, version.orElse(digest), digest, model.dtype().configName()));
  }

  @Override
  public void close() {
    model.close();
  }
}
