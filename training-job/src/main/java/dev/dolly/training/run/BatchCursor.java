package dev.dolly.training.run;

import dev.dolly.engine.example.Example;
import dev.dolly.training.order.TrainingOrder;
import java.util.List;

/** Where in the data a run is. One thread. */
final class BatchCursor {
  private final TrainingOrder order;
  private final int epochs;
  private int epoch;
  private int batch;
  private List<List<Example>> batches;

  /**
   * @param epochs passes over the data at most
   * @param epoch pass that is begun with, from 0
   * @param batch of it that is next, from 0
   */
  BatchCursor(TrainingOrder order, int epochs, int epoch, int batch) {
    this.order = order;
    this.epochs = epochs;
    this.epoch = epoch;
    this.batch = batch;
    this.batches = order.epoch(epoch);
  }

  boolean hasNext() {
    return batch < batches.size() || epoch + 1 < epochs;
  }

  List<Example> next() {
    if (batch == batches.size()) {
      epoch++;
      batch = 0;
      batches = order.epoch(epoch);
    }
    return batches.get(batch++);
  }

  int epoch() {
    return epoch;
  }

  int batch() {
    return batch;
  }

  /** Passes done, with the fraction of the current one. */
  double epochsDone() {
    return epoch + (double) batch / batches.size();
  }
}
