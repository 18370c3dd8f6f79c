package dev.dolly.cli;

import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.run.GivenUp;
import dev.dolly.training.run.Progress;
import dev.dolly.training.run.RunListener;
import dev.dolly.training.run.StepMetric;
import java.time.Duration;
import java.util.Locale;

/** Shows a run on standard error. */
final class TrainProgress implements RunListener {
  private static final double GIGA = 1e9;
  private static final int BAR = 24;

  private final Terminal terminal;
  private final ProgressLine line;

  TrainProgress(Terminal terminal) {
    this.terminal = terminal;
    this.line = new ProgressLine(terminal);
  }

  @Override
  public void gaveUp(GivenUp record) {
    terminal.progress(record.place() + ": " + record.code() + ": " + record.message());
  }

  @Override
  public void measured(String runId, StepMetric metric) {
    metric.evalLoss().ifPresent(loss -> evaluated(metric.step(), loss));
  }

  void evaluated(long step, double loss) {
    terminal.progress(String.format(Locale.ROOT, "Step %d: held-out loss %.4f.", step, loss));
  }

  @Override
  public void saved(SavedCheckpoint checkpoint, Lineage lineage) {
    terminal.progress("Saved " + lineage.version() + " in " + checkpoint.path() + ".");
  }

  @Override
  public void finished(SavedCheckpoint last, Lineage lineage) {
    // the command prints the result
  }

  @Override
  public void progress(Progress progress) {
    line.show(text(progress), progress.step() == progress.steps());
  }

  @Override
  public void note(String text) {
    terminal.progress(text);
  }

  private static String text(Progress progress) {
    int done = (int) (BAR * progress.step() / Math.max(1, progress.steps()));
    return String.format(
        Locale.ROOT,
        "%s%s %d/%d  loss %.4f  %,.0f tokens/s  %,.1f GFLOP/s  %s left",
        "█".repeat(done),
        "░".repeat(BAR - done),
        progress.step(),
        progress.steps(),
        progress.loss(),
        progress.tokensPerSecond(),
        progress.flopsPerSecond() / GIGA,
        left(progress.left()));
  }

  private static String left(Duration time) {
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart())
        : String.format(Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart());
  }
}
