package dev.dolly.eval.gate;

import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import dev.dolly.schemas.checkpoint.CheckpointUri;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The directories of checkpoints on this machine. */
final class LocalCheckpoints {
  private final CheckpointPrefixes prefixes;

  /**
   * @param prefixes those of other file systems hold nothing here
   */
  LocalCheckpoints(CheckpointPrefixes prefixes) {
    this.prefixes = prefixes;
  }

  /** Finds a checkpoint and makes sure that the model's own files are what the event announced. */
  Subject open(CheckpointEvent event) throws RefusedCheckpointException {
    Path directory = allowed(event.getUri());
    if (Files.notExists(directory.resolve(Manifest.FILE))) {
      throw refused(
          ErrorCode.CHECKPOINT_MISSING,
          "%s does not exist".formatted(directory.resolve(Manifest.FILE)),
          null);
    }
    verify(directory, event.getManifestDigest());
    try {
      ModelDirectory model = ModelDirectory.open(directory);
      String architecture = model.config().architecture();
      if (!architecture.equals(event.getArchitecture())) {
        throw refused(
            ErrorCode.CHECKPOINT_ARCHITECTURE,
            "%s is a %s; the event says %s"
                .formatted(directory, architecture, event.getArchitecture()),
            null);
      }
      return new Subject(event, model);
    } catch (ModelFormatException e) {
      throw refused(ErrorCode.CHECKPOINT_ARCHITECTURE, e.getMessage(), e);
    }
  }

  private static void verify(Path directory, String digest) throws RefusedCheckpointException {
    try {
      Manifest manifest = Manifest.read(directory);
      if (!manifest.digest().equals(digest)) {
        throw refused(
            ErrorCode.CHECKPOINT_DIGEST,
            "%s has the digest %s; the event names %s"
                .formatted(directory.resolve(Manifest.FILE), manifest.digest(), digest),
            null);
      }
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
      manifest.verify(directory, manifest.modelFiles());
    } catch (ModelFormatException e) {
      throw refused(ErrorCode.CHECKPOINT_DIGEST, e.getMessage(), e);
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
