package dev.dolly.inference.generate;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings models into memory and out of it beside the operator's thread, one after the other. What
 * is loaded and not handed over yet is closed with this.
 */
final class Background implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);

  private final Executor owner;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "dolly-models");
            made.setDaemon(true);
            made.setPriority(Thread.MIN_PRIORITY); // and so what it starts: docs/swap.md
            return made;
          });
  private final AtomicReference<Loads.Loaded> handedOver = new AtomicReference<>();
  private Future<?> loading = CompletableFuture.completedFuture(null);

  /**
   * @param owner runs what it is given on the operator's thread, or never if that ends
   */
  Background(Executor owner) {
    this.owner = owner;
  }

  /**
   * Begins to load a model. One at a time.
   *
   * @param loaded takes it over, on the operator's thread
   * @param failed hears what {@code load} threw, there too
   */
  void load(
      Callable<Loads.Loaded> load, Consumer<Loads.Loaded> loaded, Consumer<Throwable> failed) {
    loading =
        thread.submit(
            () -> {
              try {
                handedOver.set(load.call());
                owner.execute(() -> loaded.accept(handedOver.getAndSet(null)));
              } catch (Throwable e) { // errors too: the operator has to fail with them
                owner.execute(() -> failed.accept(e));
              }
            });
  }

  /** Frees a model that nobody uses any more, before the next is loaded. */
  void free(Resident resident) {
    thread.execute(
        () -> {
          resident.close();
          LOG.info("version {} is out of memory", resident.version());
        });
  }

  /** Ends what is loading and waits for the thread. */
  @Override
  public void close() {
    loading.cancel(true);
    thread.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    Loads.Loaded left = handedOver.getAndSet(null);
    if (left != null) {
      left.resident().close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
