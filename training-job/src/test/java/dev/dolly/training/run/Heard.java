package dev.dolly.training.run;

import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.Lineage;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a run tells. */
class Heard implements RunListener {
  final List<GivenUp> givenUp = new ArrayList<>();
  final List<StepMetric> metrics = new ArrayList<>();
  final List<Lineage> saved = new ArrayList<>();
  final List<Lineage> finished = new ArrayList<>();
  final List<String> notes = new ArrayList<>();
  long steps;

  @Override
  public void gaveUp(GivenUp record) {
    givenUp.add(record);
  }

  @Override
  public void measured(String runId, StepMetric metric) {
    metrics.add(metric);
  }

  @Override
  public void saved(SavedCheckpoint checkpoint, Lineage lineage) {
    saved.add(lineage);
  }

  @Override
  public void finished(SavedCheckpoint last, Lineage lineage) {
    finished.add(lineage);
  }

  @Override
  public void progress(Progress progress) {
    steps = progress.step();
  }

  @Override
  public void note(String line) {
    notes.add(line);
  }
}
