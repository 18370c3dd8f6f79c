package dev.dolly.cli;

import dev.dolly.local.Part;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGINT and SIGTERM into an interrupt of the thread that made this, and holds the process
 * until that thread has put its things in order, for a bounded time.
 */
final class StopSignal {
  /** For a stack, which takes longest, and what is done behind it. */
  private static final Duration GRACE = Part.longestEnd().plusSeconds(10);

  private final Terminal terminal;
  private final int exitCode;
  private final Thread worker = Thread.currentThread();
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean received;
  private final Thread hook = new Thread(this::stop, "stop");

  /**
   * @param exitCode of a process that was told to stop and did
   */
  StopSignal(Terminal terminal, int exitCode) {
    this.terminal = terminal;
    this.exitCode = exitCode;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process was told to stop, so that a failure since is no failure. */
  boolean received() {
    return received;
  }

  private void stop() {
    received = true;
    worker.interrupt();
    try {
      boolean inOrder = done.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      terminal.out().flush();
      terminal.err().flush();
      // A process that ends by a signal would report the signal, however well it ended.
      Runtime.getRuntime().halt(inOrder ? exitCode : 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The things are in order. */
  void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already: it will end the process.
    }
  }
}
