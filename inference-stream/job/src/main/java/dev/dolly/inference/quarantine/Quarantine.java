package dev.dolly.inference.quarantine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subtask's view of which prompts were in the engine when a process died by its own fault.
 * Marks go by the prompts' positions, so any subtask finds them, also for a prompt that was in no
 * checkpoint and is read again.
 *
 * <p>A death counts where the mark names another process than this one and that process left
 * evidence: not where a task failed and the process lives, nor where it was killed from outside.
 *
 * <p>What goes wrong with the files is logged once and must not fail the job; nothing is suspected
 * then. Task thread only.
 */
public final class Quarantine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  private final @Nullable CrashDirectory directory;
  private final MarkedProcess self;

  /** Given up, but the dead letter is not committed; the value is the checkpoint it goes with. */
  private final Map<MarkedPrompt, Long> condemned = new HashMap<>();

  private @Nullable TrialLock trial;
  private boolean complained;

  private Quarantine(@Nullable CrashDirectory directory, MarkedProcess self) {
    this.directory = directory;
    this.self = self;
  }

  /** Suspects nobody and writes nothing. */
  public static Quarantine off() {
    return new Quarantine(null, MarkedProcess.NONE);
  }

  /**
   * @param path of this host; made when missing
   */
  public static Quarantine in(Path path) {
    return in(path, MarkedProcess.current());
  }

  /** The same for another process. */
  static Quarantine in(Path path, MarkedProcess self) {
    try {
      return new Quarantine(new CrashDirectory(path), self);
    } catch (IOException e) {
      LOG.error(
          "no prompt can be marked in {}: those that crash the engine do so for ever", path, e);
      return off();
    }
  }

  /** What speaks against a prompt that comes, or comes again. */
  public Suspicion suspicion(MarkedPrompt prompt) {
    return files(
            files ->
                files
                    .read(prompt)
                    .map(
                        mark ->
                            isGuilty(files, mark)
                                ? mark.suspicion().afterDeath()
                                : mark.suspicion()))
        .flatMap(found -> found)
        .orElse(Suspicion.NONE);
  }

  private boolean isGuilty(CrashDirectory files, Mark mark) {
    MarkedProcess process = mark.process();
    return !process.equals(MarkedProcess.NONE)
        && !process.equals(self)
        && files(f -> files.died(process)).orElse(false);
  }

  /** To be called before the prompt goes into the engine, and when it gained tokens there. */
  public void inEngine(MarkedPrompt prompt, Suspicion suspicion) {
    write(prompt, self, suspicion);
  }

  /** The prompt stays outside the engine: what is known of it is kept, no death counts. */
  public void outside(MarkedPrompt prompt, Suspicion suspicion) {
    write(prompt, MarkedProcess.NONE, suspicion);
  }

  /** The prompt is answered, or given up for another reason. */
  public void left(MarkedPrompt prompt) {
    run(files -> files.remove(prompt));
  }

  /** The prompt is given up. Its mark stays until the dead letter is committed. */
  public void condemned(MarkedPrompt prompt, Suspicion suspicion) {
    outside(prompt, suspicion);
    condemned.put(prompt, Long.MAX_VALUE);
  }

  /** All that was given up goes with this checkpoint, if it did not with an earlier one. */
  public void snapshot(long checkpoint) {
    condemned.replaceAll((prompt, with) -> Math.min(with, checkpoint));
  }

  /** What went with this checkpoint and those before it is committed. */
  public void completed(long checkpoint) {
    condemned
        .entrySet()
        .removeIf(
            entry -> {
              boolean committed = entry.getValue() <= checkpoint;
              if (committed) {
                left(entry.getKey());
              }
              return committed;
            });
  }

  /**
   * Begins the trial of a suspect. One at a time on a host: a death shall speak against one prompt.
   *
   * @return false while another task's is on
   */
  public boolean beginTrial() {
    Optional<Optional<TrialLock>> lock = files(CrashDirectory::tryLock);
    trial = lock.flatMap(locked -> locked).orElse(null);
    return lock.isEmpty() || trial != null; // without files there is nobody to wait for
  }

  /** Ends it. */
  public void endTrial() {
    if (trial != null) {
      TrialLock ended = trial;
      trial = null;
      run(files -> ended.close());
    }
  }

  /** Marks stay: this may be the end of one incarnation only. */
  @Override
  public void close() {
    endTrial();
  }

  private void write(MarkedPrompt prompt, MarkedProcess process, Suspicion suspicion) {
    run(files -> files.write(prompt, process, suspicion));
  }

  @FunctionalInterface
  private interface Reading<T> {
    T from(CrashDirectory files) throws IOException;
  }

  @FunctionalInterface
  private interface Writing {
    void to(CrashDirectory files) throws IOException;
  }

  private void run(Writing writing) {
    files(
        files -> {
          writing.to(files);
          return true;
        });
  }

  /** Empty if there are no files or they failed. */
  private <T> Optional<T> files(Reading<T> reading) {
    if (directory == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(reading.from(directory));
    } catch (IOException e) {
      if (!complained) {
        complained = true;
        LOG.error("the marks of prompts in flight fail; this is said once", e);
      }
      return Optional.empty();
    }
  }
}
