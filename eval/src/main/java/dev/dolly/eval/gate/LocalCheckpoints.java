package dev.dolly.eval.gate;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.FreeMemory;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import dev.dolly.schemas.checkpoint.CheckpointUri;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The directories of checkpoints on this machine. */
final class LocalCheckpoints {
  private final CheckpointPrefixes prefixes;
  private final FreeMemory free;

  /**
   * @param prefixes those of other file systems hold nothing here
   */
  LocalCheckpoints(CheckpointPrefixes prefixes, FreeMemory free) {
    this.prefixes = prefixes;
    this.free = free;
  }

  /**
   * Finds a checkpoint and makes sure that the model's own files are what the event announced. What
   * can be found out without reading the weights is found out first.
   */
  Subject open(CheckpointEvent event) throws RefusedCheckpointException {
    Path directory = allowed(event.getUri());
    if (Files.notExists(directory.resolve(Manifest.FILE))) {
      throw refused(
          ErrorCode.CHECKPOINT_MISSING,
          "%s does not exist".formatted(directory.resolve(Manifest.FILE)),
          null);
    }
    Manifest manifest = manifest(directory, event.getManifestDigest());
    requireFiles(directory, manifest);
    verify(directory, manifest, List.of(ModelDirectory.CONFIG));
    try {
      requireRoom(directory, config(directory, event.getArchitecture()));
      verify(directory, manifest, manifest.modelFiles());
      return new Subject(event, ModelDirectory.open(directory));
    } catch (ModelFormatException e) {
      throw refused(ErrorCode.CHECKPOINT_ARCHITECTURE, e.getMessage(), e);
    } catch (ArithmeticException e) {
      throw refused(
          ErrorCode.CHECKPOINT_TOO_LARGE, directory + " does not fit: " + e.getMessage(), e);
    }
  }

  private static Manifest manifest(Path directory, String digest)
      throws RefusedCheckpointException {
    try {
      Manifest manifest = Manifest.read(directory);
      if (!manifest.digest().equals(digest)) {
        throw refused(
            ErrorCode.CHECKPOINT_DIGEST,
            "%s has the digest %s; the event names %s"
                .formatted(directory.resolve(Manifest.FILE), manifest.digest(), digest),
            null);
      }
      return manifest;
    } catch (ModelFormatException e) {
      throw refused(ErrorCode.CHECKPOINT_DIGEST, e.getMessage(), e);
    }
  }

  private static void requireFiles(Path directory, Manifest manifest)
      throws RefusedCheckpointException {
    Optional<String> missing =
        manifest.modelFiles().stream()
            .sorted()
            .filter(name -> Files.notExists(directory.resolve(name)))
            .findFirst();
    if (missing.isPresent()) {
      throw refused(
          ErrorCode.CHECKPOINT_MISSING,
          "%s is missing; %s names it".formatted(directory.resolve(missing.get()), Manifest.FILE),
          null);
    }
    if (!manifest.files().containsKey(ModelDirectory.CONFIG)) {
      throw refused(
          ErrorCode.CHECKPOINT_MISSING,
          "%s has no %s".formatted(directory, ModelDirectory.CONFIG),
          null);
    }
  }

  private static void verify(Path directory, Manifest manifest, Collection<String> names)
      throws RefusedCheckpointException {
    try {
      manifest.verify(directory, names);
    } catch (ModelFormatException e) {
      throw refused(ErrorCode.CHECKPOINT_DIGEST, e.getMessage(), e);
    }
  }

  private static ModelConfig config(Path directory, String architecture)
      throws RefusedCheckpointException {
    ModelConfig config = ModelConfig.read(directory.resolve(ModelDirectory.CONFIG));
    if (!config.architecture().equals(architecture)) {
      throw refused(
          ErrorCode.CHECKPOINT_ARCHITECTURE,
          "%s is a %s; the event says %s".formatted(directory, config.architecture(), architecture),
          null);
    }
    return config;
  }

  /** Beside whatever else runs here: a process that the system kills for memory decides nothing. */
  private void requireRoom(Path directory, ModelConfig config) throws RefusedCheckpointException {
    DType computed =
        ComputeSettings.defaults().computed(config.declaredDtype().orElse(DType.FLOAT32));
    long need = LanguageModel.bytes(config, computed);
    OptionalLong room = free.bytes();
    if (room.isPresent() && need > room.getAsLong()) {
      throw refused(
          ErrorCode.CHECKPOINT_TOO_LARGE,
          "%s takes %d MiB in %s; %d MiB are free"
              .formatted(directory, need >> 20, computed.configName(), room.getAsLong() >> 20),
          null);
    }
  }

  private Path allowed(String text) throws RefusedCheckpointException {
    CheckpointUri uri = prefixes.require(text, "checkpoint-prefixes");
    if (!uri.isLocal()) {
      throw refused(
          ErrorCode.CHECKPOINT_MISSING,
          "'%s' is not opened: the gate reads paths of this machine, file: URIs".formatted(text),
          null);
    }
    return Path.of(uri.path());
  }

  private static RefusedCheckpointException refused(ErrorCode code, String message, Exception e) {
    return new RefusedCheckpointException(code, message, e);
  }
}
