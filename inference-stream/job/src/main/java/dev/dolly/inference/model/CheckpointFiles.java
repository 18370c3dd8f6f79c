package dev.dolly.inference.model;

import dev.dolly.engine.model.FileDigest;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.checkpoint.CheckpointUri;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint's files in a local directory, each as the manifest says: where the checkpoint lies
 * if that is here, else copies that are deleted when this is closed.
 */
final class CheckpointFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFiles.class);

  private final CheckpointUri uri;
  private final Path directory;
  private final boolean copied;
  private final Manifest manifest;

  private CheckpointFiles(CheckpointUri uri, Path directory, boolean copied, Manifest manifest) {
    this.uri = uri;
    this.directory = directory;
    this.copied = copied;
    this.manifest = manifest;
  }

  /**
   * Reads a checkpoint's manifest.
   *
   * @param digest that it must have
   * @param temporary directory for copies
   */
  static CheckpointFiles open(CheckpointUri uri, String digest, Path temporary)
      throws RefusedCheckpointException {
    byte[] bytes = read(uri, Manifest.FILE);
    String found = FileDigest.of(bytes).sha256();
    if (!found.equals(digest)) {
      throw new RefusedCheckpointException(
          ErrorCode.CHECKPOINT_DIGEST,
          "%s/%s has the digest %s; the event names %s"
              .formatted(uri, Manifest.FILE, found, digest));
    }
    try {
      Manifest manifest = Manifest.parse(Path.of(uri.path(), Manifest.FILE), bytes);
      if (isHere(uri)) {
        return new CheckpointFiles(uri, Path.of(uri.path()), false, manifest);
      }
      Path copies = Files.createTempDirectory(temporary, "checkpoint-");
      Files.write(copies.resolve(Manifest.FILE), bytes);
      return new CheckpointFiles(uri, copies, true, manifest);
    } catch (ModelFormatException e) {
      throw new RefusedCheckpointException(ErrorCode.CHECKPOINT_DIGEST, e.getMessage(), e);
    } catch (IOException e) {
      throw unreadable(uri, Manifest.FILE, e);
    }
  }

  Path directory() {
    return directory;
  }

  /** Names of the model's own files. */
  Collection<String> modelFiles() {
    return manifest.modelFiles();
  }

  /** Makes sure that files are there, whole and unchanged, copying those that lie elsewhere. */
  void require(Collection<String> names) throws RefusedCheckpointException {
    for (String name : names) {
      if (!manifest.files().containsKey(name)) {
        throw new RefusedCheckpointException(ErrorCode.CHECKPOINT_MISSING, uri + " has no " + name);
      }
      if (copied && Files.notExists(directory.resolve(name))) {
        copy(name);
      }
      if (Files.notExists(directory.resolve(name))) {
        throw new RefusedCheckpointException(
            ErrorCode.CHECKPOINT_MISSING,
            "%s/%s is missing; %s names it".formatted(uri, name, Manifest.FILE));
      }
    }
    try {
      manifest.verify(directory, names);
    } catch (ModelFormatException e) {
      throw new RefusedCheckpointException(ErrorCode.CHECKPOINT_DIGEST, e.getMessage(), e);
    }
  }

  private void copy(String name) throws RefusedCheckpointException {
    long size = manifest.files().get(name).size();
    try {
      if (Files.getFileStore(directory).getUsableSpace() < size) {
        throw new RefusedCheckpointException(
            ErrorCode.CHECKPOINT_TOO_LARGE,
            "%s/%s takes %d MiB; %s has less"
                .formatted(uri, name, size >> 20, directory.getParent()));
      }
      try (InputStream in = stream(uri, name)) {
        Files.copy(in, directory.resolve(name));
      }
    } catch (IOException e) {
      throw unreadable(uri, name, e);
    }
  }

  private static boolean isHere(CheckpointUri uri) throws IOException {
    return !FileSystem.get(file(uri, "").toUri()).isDistributedFS();
  }

  private static byte[] read(CheckpointUri uri, String name) throws RefusedCheckpointException {
    try (InputStream in = stream(uri, name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw unreadable(uri, name, e);
    }
  }

  private static InputStream stream(CheckpointUri uri, String name) throws IOException {
    org.apache.flink.core.fs.Path file = file(uri, name);
    return FileSystem.get(file.toUri()).open(file);
  }

  private static org.apache.flink.core.fs.Path file(CheckpointUri uri, String name) {
    String authority = uri.authority().isEmpty() ? null : uri.authority();
    return new org.apache.flink.core.fs.Path(uri.scheme(), authority, uri.path() + "/" + name);
  }

  private static RefusedCheckpointException unreadable(
      CheckpointUri uri, String name, IOException e) {
    boolean missing = e instanceof FileNotFoundException || e instanceof NoSuchFileException;
    return new RefusedCheckpointException(
        ErrorCode.CHECKPOINT_MISSING,
        "%s/%s %s".formatted(uri, name, missing ? "does not exist" : "cannot be read: " + e),
        e);
  }

  @Override
  public void close() {
    if (!copied) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      LOG.warn("copies of a checkpoint stay in {}", directory, e);
    }
  }
}
