package dev.dolly.training.run;

import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.Lineage;
import java.util.List;

/** Tells several listeners, one after the other. */
public record RunListeners(List<RunListener> all) implements RunListener {
  public RunListeners {
    all = List.copyOf(all);
  }

  @Override
  public void gaveUp(GivenUp record) {
    all.forEach(each -> each.gaveUp(record));
  }

  @Override
  public void measured(String runId, StepMetric metric) {
    all.forEach(each -> each.measured(runId, metric));
  }

  @Override
  public void saved(SavedCheckpoint checkpoint, Lineage lineage) {
    all.forEach(each -> each.saved(checkpoint, lineage));
  }

  @Override
  public void finished(SavedCheckpoint last, Lineage lineage) {
    all.forEach(each -> each.finished(last, lineage));
  }

  @Override
  public void progress(Progress progress) {
    all.forEach(each -> each.progress(progress));
  }

  @Override
  public void note(String line) {
    all.forEach(each -> each.note(line));
  }
}
