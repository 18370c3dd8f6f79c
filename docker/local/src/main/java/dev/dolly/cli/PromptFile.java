package dev.dolly.cli;

import dev.dolly.ingest.dataset.DatasetInput;
import dev.dolly.schemas.dataset.Gzip;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends the lines of a file to the raw prompt topic as they are, evenly at a rate if one is set.
 */
record PromptFile(Terminal terminal, Cluster cluster) {
  record Sent(long prompts, int refused) {}

  /**
   * Sends them all; when it returns, the broker has them.
   *
   * @param rate prompts a second; null: as fast as the broker takes them
   * @return how many, and how many were too large
   */
  Sent send(DatasetInput file, Double rate) throws InterruptedException {
    ProgressLine progress = new ProgressLine(terminal);
    long start = System.nanoTime();
    try (InputStream in = file.open();
        PromptSending sending = new PromptSending(cluster, terminal)) {
      ByteLines lines = new ByteLines(Gzip.content(in));
      long number = 0;
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        number++;
        if (isBlank(line)) {
          continue;
        }
        if (rate != null) {
          await(start + (long) (sending.count() * 1e9 / rate));
        }
        sending.send(line, "%s, line %d".formatted(file.name(), number));
        progress.show(
            () ->
                "%,d prompts, %.0f a second"
                    .formatted(
                        sending.count(), sending.count() / ((System.nanoTime() - start) / 1e9)));
      }
      sending.await();
      return new Sent(sending.count(), sending.refused().size());
    } catch (IOException e) {
      throw new CommandException("cannot read it: " + e.getMessage(), e);
    }
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
}
