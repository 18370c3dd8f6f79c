package dev.dolly.cli;

import dev.dolly.ingest.dataset.DatasetInput;
import dev.dolly.schemas.dataset.Gzip;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends the lines of a file to the raw prompt topic as they are, evenly at a rate if one is set.
 */
record PromptFile(Terminal terminal, Cluster cluster) {
  /** Prompts that the broker has not acknowledged yet. */
  private static final int UNDER_WAY = 10_000;

  /**
   * Sends them all; when it returns, the broker has them.
   *
   * @param rate prompts a second; null: as fast as the broker takes them
   * @return how many
   */
  long send(DatasetInput file, Double rate) throws InterruptedException {
    ProgressLine progress = new ProgressLine(terminal);
    Semaphore room = new Semaphore(UNDER_WAY);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long start = System.nanoTime();
    long sent = 0;
    try (InputStream in = file.open();
        RawPrompts prompts = new RawPrompts(cluster)) {
      ByteLines lines = new ByteLines(Gzip.content(in));
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        if (isBlank(line)) {
          continue;
        }
        if (rate != null) {
          await(start + (long) (sent * 1e9 / rate));
        }
        room.acquire();
        CompletableFuture<RawPrompts.Sent> one = prompts.send(line);
        one.whenComplete(
            (place, e) -> {
              room.release();
              failure.compareAndSet(null, e);
            });
        requireNone(failure.get(), sent);
        sent++;
        long count = sent;
        progress.show(
            () ->
                "%,d prompts, %.0f a second"
                    .formatted(count, count / ((System.nanoTime() - start) / 1e9)));
      }
      room.acquire(UNDER_WAY);
      requireNone(failure.get(), sent);
    } catch (IOException e) {
      throw new CommandException("cannot read it: " + e.getMessage(), e);
    }
    return sent;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  /** Until that time of {@link System#nanoTime}. */
  private static void await(long time) {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void requireNone(Throwable failure, long sent) {
    if (failure != null) {
      throw new CommandException(
          "the broker did not take a prompt, %d before it were sent: %s"
              .formatted(sent, failure.getMessage()),
          failure instanceof Exception e ? e : new ExecutionException(failure));
    }
  }
}
