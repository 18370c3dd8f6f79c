package dev.dolly.engine;

import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.Outcome;
import java.util.function.BooleanSupplier;

/** A batcher whose progress a test can wait for. */
public final class AwaitableBatcher implements AutoCloseable {
  private final Object changed = new Object();
  private final ContinuousBatcher batcher;

  public AwaitableBatcher(LanguageModel model, BatchSettings settings) {
    batcher = ContinuousBatcher.start(model, settings, this::wake);
  }

  public ContinuousBatcher batcher() {
    return batcher;
  }

  public Outcome await(Generation generation) throws InterruptedException {
    awaitThat(() -> generation.outcome().isPresent());
    return generation.outcome().orElseThrow();
  }

  public void awaitThat(BooleanSupplier condition) throws InterruptedException {
    synchronized (changed) {
      while (!condition.getAsBoolean()) {
        changed.wait();
      }
    }
  }

  private void wake() {
    synchronized (changed) {
      changed.notifyAll();
    }
  }

  @Override
  public void close() {
    batcher.close();
  }
}
