package dev.dolly.cli;

import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Sends many prompts, with a bounded number under way, and fails when the broker does not take one;
 * one that is too large is only named on standard error. Closed, it has what was sent or says why
 * not; one thread.
 */
final class PromptSending implements AutoCloseable {
  /** Prompts that the broker has not acknowledged yet. */
  private static final int UNDER_WAY = 10_000;

  private final Terminal terminal;
  private final RawPrompts prompts;
  private final Semaphore room = new Semaphore(UNDER_WAY);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Queue<String> refused = new ConcurrentLinkedQueue<>();
  private long count;

  PromptSending(Cluster cluster, Terminal terminal) {
    this.terminal = terminal;
    prompts = new RawPrompts(cluster);
  }

  /**
   * Sends one as it is; waits while too many are under way.
   *
   * @param name for people
   */
  void send(byte[] json, String name) throws InterruptedException {
    room.acquire();
    prompts
        .send(json)
        .whenComplete(
            (place, e) -> {
              if (e instanceof RecordTooLargeException) {
                refused.add(name);
                terminal.progress("%s: not sent: %s".formatted(name, e.getMessage()));
              } else {
                failure.compareAndSet(null, e);
              }
              room.release();
            });
    requireNone();
    count++;
  }

  /** How many were sent; those that turn out too large do not count. */
  long count() {
    return count - refused.size();
  }

  /** The names of those that were too large, as far as is known. */
  Collection<String> refused() {
    return List.copyOf(refused);
  }

  /** Waits until the broker has all of them. */
  void await() throws InterruptedException {
    room.acquire(UNDER_WAY);
    room.release(UNDER_WAY);
    requireNone();
  }

  @Override
  public void close() {
    prompts.close();
  }

  private void requireNone() {
    Throwable e = failure.get();
    if (e != null) {
      throw new CommandException(
          "the broker did not take a prompt, %d before it were sent: %s"
              .formatted(count, e.getMessage()),
          e);
    }
  }
}
