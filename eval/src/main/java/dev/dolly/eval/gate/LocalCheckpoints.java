package dev.dolly.eval.gate;

import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.ErrorCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The directories of checkpoints on this machine. Whoever can write to the topic names them, so
 * only those under certain prefixes are opened.
 */
final class LocalCheckpoints {
  private final List<String> prefixes;

  /**
   * @param prefixes directories, as {@code file:} URIs or paths; those of other file systems hold
   *     nothing here
   */
  LocalCheckpoints(List<String> prefixes) {
    this.prefixes = List.copyOf(prefixes);
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

  private Path allowed(String uri) throws RefusedCheckpointException {
    Path directory =
        path(uri)
            .orElseThrow(
                () ->
                    refused(
                        ErrorCode.CHECKPOINT_MISSING,
                        "'%s' is not opened: the gate reads whole paths of this machine, file: URIs"
                            .formatted(uri),
                        null));
    if (prefixes.stream()
        .flatMap(prefix -> path(prefix).stream())
        .noneMatch(directory::startsWith)) {
      throw refused(
          ErrorCode.CHECKPOINT_MISSING,
          "%s is not opened: it lies under none of %s, which the gate's checkpoint prefixes name"
              .formatted(uri, prefixes),
          null);
    }
    return directory;
  }

  /**
   * The directory that a URI or a path names, also a URI with spaces, as people write them; empty
   * unless it is one of this machine.
   */
  private static Optional<Path> path(String text) {
    String path = text;
    if (!text.startsWith("/")) {
      try {
        URI uri = new URI(text);
        boolean here =
            "file".equalsIgnoreCase(uri.getScheme())
                && Objects.requireNonNullElse(uri.getAuthority(), "").isEmpty();
        path = here ? Objects.requireNonNullElse(uri.getPath(), "") : "";
      } catch (URISyntaxException e) {
        path = text.replaceFirst("^file:(//)?(?=/)", "");
      }
    }
    boolean whole =
        path.startsWith("/")
            && path.indexOf('\0') < 0
            && Arrays.stream(path.split("/")).noneMatch(p -> p.equals(".") || p.equals(".."));
    return whole ? Optional.of(Path.of(path)) : Optional.empty();
  }

  private static RefusedCheckpointException refused(ErrorCode code, String message, Exception e) {
    return new RefusedCheckpointException(code, message, e);
  }
}
