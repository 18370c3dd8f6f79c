package dev.dolly.training.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ManifestWriter;
import dev.dolly.engine.model.ModelFormatException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run, {@code checkpoint-<step>/} each. One counts when it has its manifest,
 * which is written last, and then its name: a process that is killed at any moment leaves all that
 * were complete. One run at a time has the directory. One thread.
 */
public final class CheckpointStore implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("checkpoint-([0-9]{1,18})");
  private static final String LOCK = ".lock";

  private final Path directory;
  private final FileChannel lockFile;
  private final Consumer<SavePhase> reached;

  private CheckpointStore(Path directory, FileChannel lockFile, Consumer<SavePhase> reached) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.reached = reached;
  }

  /**
   * Opens a directory, made if it is not there.
   *
   * @throws IOException also when another run has it open
   */
  public static CheckpointStore open(Path directory) throws IOException {
    return open(directory, phase -> {});
  }

  /**
   * @param reached hears what is about to be done
   */
  static CheckpointStore open(Path directory, Consumer<SavePhase> reached) throws IOException {
    Files.createDirectories(directory);
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new IOException(
          directory + " is in use by another run; wait for its end or name another directory");
    }
    return new CheckpointStore(directory, channel, reached);
  }

  /** All complete checkpoints, the newest first. Their files are not read. */
  public List<SavedCheckpoint> all() throws IOException {
    return all(directory);
  }

  /**
   * The complete checkpoints in a directory that somebody else may have open.
   *
   * @throws IOException also when a manifest is there and is none
   */
  public static List<SavedCheckpoint> all(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .flatMap(path -> read(path).stream())
          .sorted(Comparator.comparingLong(SavedCheckpoint::step).reversed())
          .toList();
    } catch (ModelFormatException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Optional<SavedCheckpoint> read(Path path) {
    Matcher name = NAME.matcher(path.getFileName().toString());
    if (!name.matches() || !Files.isRegularFile(path.resolve(Manifest.FILE))) {
      return Optional.empty();
    }
    return Optional.of(
        new SavedCheckpoint(path, Long.parseLong(name.group(1)), Manifest.read(path)));
  }

  /**
   * Saves a checkpoint; one of the same step is replaced.
   *
   * @param lineage for the manifest
   */
  public SavedCheckpoint save(long step, CheckpointWriter content, ObjectNode lineage)
      throws IOException {
    String name = "checkpoint-" + step;
    Path target = directory.resolve(name);
    Path partial = directory.resolve("." + name + ".partial");
    reached.accept(SavePhase.CLEAR);
    removeTorn();
    Files.createDirectory(partial);
    reached.accept(SavePhase.WRITE);
    content.write(partial);
    reached.accept(SavePhase.COMMIT);
    Manifest manifest = ManifestWriter.write(partial, Trees.files(partial), lineage);
    reached.accept(SavePhase.REPLACE);
    Trees.delete(target);
    reached.accept(SavePhase.RENAME);
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    return new SavedCheckpoint(target, step, manifest);
  }

  /** What killed runs began to write, or to remove. */
  private void removeTorn() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path path : entries.toList()) {
        String name = path.getFileName().toString();
        boolean unnamed = name.startsWith(".checkpoint-") && name.endsWith(".partial");
        boolean uncommitted =
            NAME.matcher(name).matches() && !Files.exists(path.resolve(Manifest.FILE));
        if (unnamed || uncommitted) {
          Trees.delete(path);
        }
      }
    }
  }

  /**
   * Removes the oldest checkpoints until no more than the limit are left. Those that are to be kept
   * count, and stay.
   *
   * @param limit at least 1; the newest always stays
   */
  public void prune(int limit, Predicate<SavedCheckpoint> isKept) throws IOException {
    List<SavedCheckpoint> all = all();
    Set<Path> kept = new HashSet<>();
    all.stream().limit(1).map(SavedCheckpoint::path).forEach(kept::add);
    all.stream().filter(isKept).map(SavedCheckpoint::path).forEach(kept::add);
    for (SavedCheckpoint each : all) {
      if (!kept.contains(each.path()) && !(kept.size() < limit && kept.add(each.path()))) {
        reached.accept(SavePhase.FORGET);
        Files.delete(each.path().resolve(Manifest.FILE));
        reached.accept(SavePhase.REMOVE);
        Trees.delete(each.path());
      }
    }
  }

  /**
   * Makes a checkpoint's model the final one: its files, without the trainer's state, directly in
   * the directory with a manifest of their own.
   */
  public Manifest finish(SavedCheckpoint last) throws IOException {
    return copyModel(last, directory);
  }

  /**
   * Puts a copy of a checkpoint's model into another directory, made if it is not there. What lies
   * there counts no more from the beginning of the copy to its end.
   */
  public Manifest copyModel(SavedCheckpoint from, Path target) throws IOException {
    Files.createDirectories(target);
    reached.accept(SavePhase.REOPEN);
    Files.deleteIfExists(target.resolve(Manifest.FILE));
    Set<String> names = from.manifest().modelFiles();
    Trees.deleteModelFilesOtherThan(target, names);
    reached.accept(SavePhase.COPY);
    for (String name : names) {
      Files.copy(
          from.path().resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    reached.accept(SavePhase.FINISH);
    return ManifestWriter.write(target, names, from.manifest().lineage());
  }

  /** Lets another run have the directory. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
