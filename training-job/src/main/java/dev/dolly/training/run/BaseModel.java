package dev.dolly.training.run;

import dev.dolly.engine.model.FileDigest;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.lineage.Parent;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.tokenizer.TokenizerFiles;
import dev.dolly.training.zero.Trainer;
import dev.dolly.training.zero.TrainerSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model that a run starts from, checked; its weights are not loaded yet.
 *
 * @param weights empty: the run starts from random ones
 * @param lineage where it came from, if it is a checkpoint of ours
 * @param digest what identifies it
 */
record BaseModel(
    Path directory,
    ModelConfig config,
    Optional<ModelDirectory> weights,
    TokenizerFiles tokenizerFiles,
    Optional<Lineage> lineage,
    String digest) {
  private static final String TRAINER_STATE = "trainer-state";

  static BaseModel open(TrainingOptions options) throws IOException {
    Path directory = options.inputModel();
    if (!Files.isDirectory(directory)) {
      throw new ModelFormatException(
          directory, "is no directory; `dolly models pull " + directory + "` fetches a model");
    }
    TokenizerFiles tokenizer = TokenizerFiles.of(directory);
    if (options.start().isPresent()) {
      Path config = directory.resolve(ModelDirectory.CONFIG);
      String shape =
          FileDigest.of(config).sha256()
              + FileDigest.of(directory.resolve(ModelDirectory.TOKENIZER)).sha256();
      return new BaseModel(
          directory,
          ModelConfig.read(config),
          Optional.empty(),
          tokenizer,
          Optional.empty(),
          FileDigest.of(shape.getBytes(StandardCharsets.US_ASCII)).sha256());
    }
    ModelDirectory model = ModelDirectory.open(directory);
    Optional<Lineage> lineage =
        Files.isRegularFile(directory.resolve(Manifest.FILE))
            ? Optional.of(Manifest.read(directory).lineage()).map(Lineage::fromJson)
            : Optional.empty();
    BaseModel base =
        new BaseModel(
            directory, model.config(), Optional.of(model), tokenizer, lineage, model.digest());
    if (options.keepOptimizer()) {
      base.requireOptimizer();
    }
    return base;
  }

  private void requireOptimizer() {
    if (lineage.isEmpty() || !Files.isDirectory(directory.resolve(TRAINER_STATE))) {
      throw new ModelFormatException(
          directory,
          "has no trainer's state to keep: name a checkpoint-<step> directory of a training run");
    }
  }

  /** Optimizer steps that are gone on from. */
  long steps(TrainingOptions options) {
    return options.keepOptimizer() ? lineage.orElseThrow().step() : 0;
  }

  /** Empty where the run starts from random weights. */
  Optional<Parent> parent() {
    return weights.map(
        model ->
            new Parent(
                lineage
                    .map(Lineage::model)
                    .orElse(directory.toAbsolutePath().normalize().getFileName().toString()),
                lineage.map(Lineage::version).orElse(""),
                digest));
  }

  /**
   * Loads the weights, or draws them.
   *
   * @param vocabulary rows of embedding and head
   */
  Trainer trainer(TrainingOptions options, int vocabulary, TrainerSettings settings) {
    Trainer trainer =
        weights.isPresent()
            ? Trainer.load(weights.get(), vocabulary, settings)
            : Trainer.fresh(
                directory.resolve(ModelDirectory.CONFIG),
                vocabulary,
                options.start().orElseThrow(),
                settings);
    if (options.keepOptimizer()) {
      try {
        trainer.restore(directory.resolve(TRAINER_STATE));
      } catch (RuntimeException e) {
        trainer.close();
        throw e;
      }
    }
    return trainer;
  }
}
