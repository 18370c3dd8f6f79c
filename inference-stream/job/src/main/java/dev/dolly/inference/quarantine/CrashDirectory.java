package dev.dolly.inference.quarantine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The files: {@code <pid>.crash} is the evidence that a process died by its own fault, {@code
 * in-flight/<position>} a prompt's mark, {@code trial} the lock of the one prompt on trial.
 *
 * <p>Nothing is forced to the disk: files outlive the death of a process without that, and if the
 * host dies no process died by its own fault.
 */
final class CrashDirectory {
  private final Path directory;
  private final Path marks;

  /** Makes the directories that are missing. */
  CrashDirectory(Path directory) throws IOException {
    this.directory = directory;
    this.marks = Files.createDirectories(directory.resolve("in-flight"));
  }

  /** Whether that process left evidence. A file older than the process is of another's death. */
  boolean died(MarkedProcess process) throws IOException {
    try {
      return Files.getLastModifiedTime(directory.resolve(process.pid() + ".crash")).toMillis()
          >= process.startedAt();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Empty if there is none, or one that was never written to its end. */
  Optional<Mark> read(String position) throws IOException {
    try {
      return Mark.parse(Files.readString(marks.resolve(position)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Replaces it whole: the process may die at any moment. */
  void write(String position, Mark mark) throws IOException {
    Path next = marks.resolve(position + ".next");
    Files.writeString(next, mark.line());
    Files.move(next, marks.resolve(position), StandardCopyOption.ATOMIC_MOVE);
  }

  void remove(String position) throws IOException {
    Files.deleteIfExists(marks.resolve(position));
  }

  /**
   * Empty if another task has the lock, in this process or in another. It ends with the channel or
   * the process.
   */
  Optional<FileChannel> tryLock() throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("trial"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(channel);
      }
    } catch (OverlappingFileLockException e) {
      // another task of this process has it
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }
}
