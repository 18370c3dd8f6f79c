package dev.dolly.cli;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Lines in, a line out for each, in the order of the input, with a bounded number under way: each
 * is begun as soon as it is read, and its result written as soon as those before it are.
 */
final class LinePipeline {
  private static final CompletableFuture<Result> END = new CompletableFuture<>();

  private final Terminal terminal;
  private final BlockingQueue<CompletableFuture<Result>> underWay;
  private final Object beginning = new Object();
  private boolean ended; // guarded by beginning

  /** Begins the work on a line; called on one thread, may wait and may throw. */
  @FunctionalInterface
  interface Step {
    /**
     * @param number of the line, from 0
     */
    CompletableFuture<Result> begin(long number, byte[] line) throws Exception;
  }

  /**
   * What a line became.
   *
   * @param served false for a line that stands for an error
   */
  record Result(String line, boolean served) {}

  /**
   * @param window lines that may be under way at once
   */
  LinePipeline(Terminal terminal, int window) {
    this.terminal = terminal;
    this.underWay = new ArrayBlockingQueue<>(window);
  }

  /**
   * Runs until the input ends, or nobody reads the output any more. No step is begun or being begun
   * when this returns or throws, so what they need may be closed then.
   *
   * @return whether every line was served
   */
  boolean run(Step step) throws Exception {
    Thread reader = new Thread(() -> read(step), "stdin");
    reader.setDaemon(true); // a blocked read cannot be interrupted
    reader.start();
    try {
      return write();
    } finally {
      synchronized (beginning) {
        ended = true;
      }
      underWay.clear(); // the reader may wait for room
    }
  }

  private boolean write() throws Exception {
    boolean allServed = true;
    while (true) {
      CompletableFuture<Result> next = underWay.take();
      if (next == END) {
        return allServed;
      }
      Result result;
      try {
        result = next.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
      terminal.out().print(result.line() + "\n");
      allServed &= result.served();
      // Hands over each line at once, too: whoever reads along may answer it with the next.
      if (terminal.out().checkError()) {
        return allServed;
      }
    }
  }

  private void read(Step step) {
    ByteLines lines = new ByteLines(terminal.in());
    try {
      try {
        long number = 0;
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
          CompletableFuture<Result> begun;
          synchronized (beginning) {
            if (ended) {
              return;
            }
            begun = step.begin(number++, line);
          }
          underWay.put(begun);
        }
        underWay.put(END);
      } catch (IOException e) {
        underWay.put(
            CompletableFuture.failedFuture(
                new CommandException("standard input cannot be read: " + e.getMessage(), e)));
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        underWay.put(CompletableFuture.failedFuture(e));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does; the thread ends
    }
  }
}
