package dev.dolly.cli;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends many prompts, with a bounded number under way, and fails when the broker does not take one.
 * Closed, it has what was sent or says why not; one thread.
 */
final class PromptSending implements AutoCloseable {
  /** Prompts that the broker has not acknowledged yet. */
  private static final int UNDER_WAY = 10_000;

  private final RawPrompts prompts;
  private final Semaphore room = new Semaphore(UNDER_WAY);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private long count;

  PromptSending(Cluster cluster) {
    prompts = new RawPrompts(cluster);
  }

  /** Sends one as it is; waits while too many are under way. */
  void send(byte[] json) throws InterruptedException {
    room.acquire();
    prompts
        .send(json)
        .whenComplete(
            (place, e) -> {
              room.release();
              failure.compareAndSet(null, e);
            });
    requireNone();
    count++;
  }

  /** How many were sent. */
  long count() {
    return count;
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
