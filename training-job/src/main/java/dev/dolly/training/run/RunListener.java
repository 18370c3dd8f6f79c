package dev.dolly.training.run;

import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.Lineage;

/** Hears what happens in a run, on the run's own thread, in order. */
public interface RunListener {
  /** A record cannot be trained on, or its batch was skipped. */
  void gaveUp(GivenUp record);

  /** A step was measured; a run that goes on tells again what it measured before. */
  void measured(String runId, StepMetric metric);

  /** A checkpoint is complete; a run that goes on tells again of those that are there. */
  void saved(SavedCheckpoint checkpoint, Lineage lineage);

  /** The run is done, and this is its last checkpoint. */
  void finished(SavedCheckpoint last, Lineage lineage);

  /** A step was made. */
  void progress(Progress progress);

  /** Something that a person may want to know, one line. */
  void note(String line);
}
