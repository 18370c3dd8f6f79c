package dev.dolly.inference.generate;

import dev.dolly.inference.metrics.InferenceMetrics;
import dev.dolly.inference.model.Announcement;
import dev.dolly.inference.source.Gate;
import dev.dolly.schemas.avro.ErrorCode;
import java.util.function.Supplier;

/** What becomes of models, in metrics and dead letters; opens the gate when it may be open. */
final class ModelReport implements ModelListener {
  private final Supplier<InFlightRequests> requests;
  private final Gate gate;
  private final InferenceMetrics metrics;
  private final boolean speaksForAll;

  /**
   * @param speaksForAll whether this subtask is the one that hands out dead letters: every subtask
   *     refuses the same
   */
  ModelReport(
      Supplier<InFlightRequests> requests,
      Gate gate,
      InferenceMetrics metrics,
      boolean speaksForAll) {
    this.requests = requests;
    this.gate = gate;
    this.metrics = metrics;
    this.speaksForAll = speaksForAll;
  }

  @Override
  public void loaded(long millis) {
    metrics.modelLoaded(millis);
  }

  @Override
  public void switched() {
    metrics.swapped();
  }

  @Override
  public void refused(Announcement announcement, ErrorCode code, String message) {
    metrics.checkpointRefused(code);
    if (speaksForAll) {
      requests.get().endings().refuse(announcement, code, message);
    }
  }

  @Override
  public void caughtUp() {
    gate.letIn();
  }
}
