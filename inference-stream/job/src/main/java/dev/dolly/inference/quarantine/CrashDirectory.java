package dev.dolly.inference.quarantine;

import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files: {@code <pid>.crash} is the evidence that a process died by its own fault, {@code
 * in-flight/<position>} a prompt's mark, {@code trial} the lock of the one prompt on trial.
 *
 * <p>Nothing is forced to the disk: files outlive the death of a process without that, and if the
 * host dies no process died by its own fault.
 */
final class CrashDirectory {
  private static final Duration KEPT = TopicCatalogue.PROMPTS.retention().orElseThrow();

  private final Path directory;
  private final Path marks;

  /**
   * Makes the directories that are missing, and forgets marks that nobody has touched for as long
   * as a prompt stays on its topic: each start of the job touches those of the prompts that it
   * still has.
   */
  CrashDirectory(Path directory) throws IOException {
    this.marks = Files.createDirectories(directory.resolve("in-flight"));
    this.directory = directory.toRealPath();
    prune(Instant.now().minus(KEPT));
  }

  private void prune(Instant before) throws IOException {
    try (Stream<Path> all = Files.list(marks)) {
      for (Path mark : all.toList()) {
        if (touched(mark).isBefore(before)) {
          Files.deleteIfExists(mark);
        }
      }
    }
  }

  /** Other tasks prune as well. */
  private static Instant touched(Path mark) throws IOException {
    try {
      return Files.getLastModifiedTime(mark).toInstant();
    } catch (NoSuchFileException e) {
      return Instant.MAX;
    }
  }

  /** Whether that process left evidence. A file older than the process is of another's death. */
  boolean died(MarkedProcess process) throws IOException {
    try {
      return Files.getLastModifiedTime(report(process)).toMillis() >= process.startedAt();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Where that process leaves evidence. */
  Path report(MarkedProcess process) {
    return directory.resolve(process.pid() + ".crash");
  }

  /** Empty if there is none, one of another prompt, or one that was never written to its end. */
  Optional<Mark> read(MarkedPrompt prompt) throws IOException {
    try {
      return Mark.parse(Files.readString(file(prompt)))
          .filter(mark -> mark.promptAt() == prompt.writtenAt());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Replaces it whole: the process may die at any moment. */
  void write(MarkedPrompt prompt, MarkedProcess process, Suspicion suspicion) throws IOException {
    Path next = marks.resolve(prompt.position() + ".next");
    Files.writeString(next, new Mark(process, suspicion, prompt.writtenAt()).line());
    Files.move(next, file(prompt), StandardCopyOption.ATOMIC_MOVE);
  }

  void remove(MarkedPrompt prompt) throws IOException {
    Files.deleteIfExists(file(prompt));
  }

  private Path file(MarkedPrompt prompt) {
    return marks.resolve(prompt.position().toString());
  }

  /** Empty if another task has the lock, in this process or in another. */
  Optional<TrialLock> tryLock() throws IOException {
    return TrialLock.tryTake(directory.resolve("trial"));
  }
}
