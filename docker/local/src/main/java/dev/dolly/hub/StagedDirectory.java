package dev.dolly.hub;

import dev.dolly.local.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * A directory that comes to be with all its files or not at all: until then they lie in {@code
 * NAME.part} beside it, where a later one finds what there is. One process at a time; used on one
 * thread.
 */
final class StagedDirectory implements AutoCloseable {
  private static final String STAGING = ".part";

  private final Hub hub;
  private final Path directory;
  private final Path staging;
  private final FileChannel lock;

  private StagedDirectory(Hub hub, Path directory, Path staging, FileChannel lock) {
    this.hub = hub;
    this.directory = directory;
    this.staging = staging;
    this.lock = lock;
  }

  /**
   * Begins one, or goes on with one.
   *
   * @throws HubException when another process does so now, or the place cannot be written to
   */
  static StagedDirectory open(Hub hub, Path directory) {
    Path target = directory.toAbsolutePath().normalize();
    Path staging = target.resolveSibling(target.getFileName() + STAGING);
    Path file = target.resolveSibling(target.getFileName() + ".lock");
    try {
      Files.createDirectories(staging);
      FileChannel lock =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      if (!locked(lock)) {
        lock.close();
        throw new HubException("another process fetches to " + directory + " now; wait for it");
      }
      return new StagedDirectory(hub, target, staging, lock);
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  /** Whether it is where the files of another directory lie meanwhile. */
  static boolean isStaging(Path directory) {
    return directory.toString().endsWith(STAGING);
  }

  /** Where the files lie meanwhile. */
  Path path() {
    return staging;
  }

  /**
   * Brings the files of a snapshot here.
   *
   * @param progress hears how many bytes of them are here
   */
  void fetch(Snapshot snapshot, LongConsumer progress) throws InterruptedException {
    try {
      requireSpace(snapshot);
      long before = 0;
      for (HubFile file : snapshot.files()) {
        long done = before;
        new Download(
                hub, snapshot, file, staging, pause -> TimeUnit.NANOSECONDS.sleep(pause.toNanos()))
            .run(bytes -> progress.accept(done + bytes));
        before += Files.size(staging.resolve(file.name()));
      }
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  /** Everything is there and as it should be. */
  void commit() {
    try {
      Files.move(staging, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  /** What came is of no use. */
  void discard() {
    Directories.deleteIfPossible(staging);
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireSpace(Snapshot snapshot) throws IOException {
    long here = 0;
    for (HubFile file : snapshot.files()) {
      for (String name : new String[] {file.name(), file.name() + ".part"}) {
        Path path = staging.resolve(name);
        here += Files.exists(path) ? Files.size(path) : 0;
      }
    }
    long missing = snapshot.knownBytes() - here;
    long free = Files.getFileStore(staging).getUsableSpace();
    if (missing > free) {
      throw new HubException(
          "%s needs %d MiB more in %s, and %d MiB are free there"
              .formatted(snapshot.repo(), missing >> 20, directory.getParent(), free >> 20));
    }
  }

  private static boolean locked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // this process
    }
  }

  private static HubException unusable(Path directory, IOException e) {
    return new HubException("cannot write to " + directory + ": " + e, e);
  }
}
