package dev.dolly.inference.generate;

import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.inference.metrics.Tally;
import dev.dolly.inference.quarantine.Quarantine;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * One incarnation of a subtask's requests, on an engine that makes a step for each that is granted,
 * so that a test knows how far it is. The test's thread is the operator's.
 */
final class SteppedRequests implements AutoCloseable {
  final ContinuousBatcher batcher;
  final InFlightRequests requests;
  private final Semaphore granted = new Semaphore(0);
  private final Semaphore made = new Semaphore(0);
  private volatile boolean failing;

  /** Holds back what goes out until {@link InFlightRequests#letOut}. */
  SteppedRequests(
      TestModel model,
      Delivered delivered,
      Quarantine quarantine,
      Tally tally,
      boolean deterministic,
      Duration chunkInterval,
      Clock clock) {
    batcher =
        ContinuousBatcher.start(
            model.served.model(),
            new BatchSettings(8, 64, 64L << 20, deterministic),
            this::progressed);
    requests =
        new InFlightRequests(
            new OneModel(new Resident(model.served, batcher, deterministic)),
            new Intake(model.prompts()),
            new RecordWriter(model.registry),
            delivered,
            quarantine,
            tally,
            chunkInterval,
            clock);
  }

  private void progressed() {
    made.release();
    granted.acquireUninterruptibly();
    if (failing) {
      failing = false;
      throw new IllegalStateException("thrown into the engine");
    }
  }

  /** The engine fails as a whole with its next step. */
  void failEngine() {
    failing = true;
  }

  void step() throws InterruptedException {
    granted.release();
    made.acquire();
  }

  void drainUntil(BooleanSupplier done) throws InterruptedException {
    while (!done.getAsBoolean()) {
      step();
      requests.drain();
    }
  }

  void drainAll() throws InterruptedException {
    drainUntil(() -> requests.size() == 0);
  }

  @Override
  public void close() {
    granted.release(Integer.MAX_VALUE / 2);
    batcher.close();
  }
}
