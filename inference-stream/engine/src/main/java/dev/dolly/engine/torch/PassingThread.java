package dev.dolly.engine.torch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Native work on a thread that ends with it.
 *
 * <p>libgomp keeps a team of workers for every thread that ever ran a parallel operation, for as
 * long as that thread lives, and once the teams together have more members than there are
 * processors, none of them spins any more while it waits: each of the hundreds of operations of a
 * decode step then pays for waking its worker (measured on 2 cores: half the tokens a second). So
 * only the thread that steps may stay; loading and measuring happen on a passing one.
 */
public final class PassingThread {
  private PassingThread() {}

  /**
   * What the work returns or throws, after its thread has ended. Waits through interruptions, which
   * the work's thread gets as well: what it makes needs an owner.
   */
  public static <T> T run(String name, Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread = new Thread(() -> complete(result, work), name);
    thread.start();
    awaitEnd(thread, thread::interrupt);
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause(); // a supplier throws nothing else
    }
  }

  /** Waits through interruptions, of which the caller's thread hears afterwards. */
  public static void awaitEnd(Thread thread) {
    awaitEnd(thread, () -> {});
  }

  private static void awaitEnd(Thread thread, Runnable onInterruption) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        onInterruption.run();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> void complete(CompletableFuture<T> result, Supplier<T> work) {
    try {
      result.complete(work.get());
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }
}
