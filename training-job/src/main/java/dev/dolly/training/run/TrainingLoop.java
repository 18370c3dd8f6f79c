package dev.dolly.training.run;

import dev.dolly.engine.example.Example;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.options.OutputOptions;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.order.TrainingOrder;
import dev.dolly.training.zero.StepResult;
import dev.dolly.training.zero.Trainer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Steps, evaluations, measurements and saves, in their turns. One thread, used once. */
final class TrainingLoop {
  private static final double NANOS = Duration.ofSeconds(1).toNanos();

  private final TrainingOptions options;
  private final OutputOptions output;
  private final RunListener listener;
  private final String runId;
  private final ExampleCollector collector;
  private final Trainer trainer;
  private final RunSaver saver;
  private final BooleanSupplier cancelled;
  private final BatchCursor cursor;
  private final Evaluation evaluation;
  private final OutlierGuard guard;
  private final long firstStep;
  private final long lastStep;

  private long skipped;
  private double trainLoss;
  private OptionalDouble evalLoss;
  private RunState.Best best;

  /**
   * @param cancelled asked at each step
   * @param lastStep after which the run is done
   * @param state where to begin
   */
  TrainingLoop(
      TrainingOptions options,
      RunListener listener,
      String runId,
      TrainingOrder order,
      ExampleCollector collector,
      Trainer trainer,
      RunSaver saver,
      BooleanSupplier cancelled,
      long lastStep,
      RunState state) {
    this.options = options;
    this.output = options.output();
    this.listener = listener;
    this.runId = runId;
    this.collector = collector;
    this.trainer = trainer;
    this.saver = saver;
    this.cancelled = cancelled;
    this.lastStep = lastStep;
    this.firstStep = state.firstStep();
    int epochs = options.maxSteps().isPresent() ? Integer.MAX_VALUE : options.epochs();
    this.cursor = new BatchCursor(order, epochs, state.epoch(), state.batch());
    this.evaluation =
        new Evaluation(
            trainer, order.heldOut(), options.perDeviceEvalBatch(), options.devices().count());
    this.guard = new OutlierGuard(options.guard(), state.guard());
    this.skipped = state.skipped();
    this.trainLoss = state.trainLoss();
    this.evalLoss = state.evalLoss();
    this.best = state.best();
  }

  /** Runs to the end. */
  SavedCheckpoint run() throws IOException {
    long begun = trainer.steps();
    boolean goesOn = begun > firstStep;
    try (MetricLog log = new MetricLog(output.directory(), output.metrics(), goesOn ? begun : 0)) {
      log.all().forEach(metric -> listener.measured(runId, metric));
      Optional<SavedCheckpoint> last = goesOn ? Optional.of(saver.retell()) : Optional.empty();
      long beginning = System.nanoTime();
      while (trainer.steps() < lastStep && cursor.hasNext()) {
        stopIfCancelled();
        Optional<StepMetric> made = step(cursor.next());
        if (made.isPresent()) {
          StepMetric metric = evaluatedIfDue(made.get());
          logIfDue(metric, log);
          boolean due = metric.step() % output.saveSteps() == 0 || metric.step() == lastStep;
          last = due ? Optional.of(save(metric)) : Optional.empty();
          listener.progress(progress(metric, begun, System.nanoTime() - beginning));
        }
      }
      // batches that were skipped may have left the run without the step that would be saved
      SavedCheckpoint end =
          last.isPresent() ? last.get() : saver.save(state(), cursor.epochsDone());
      Lineage lineage = saver.finish(end);
      if (output.report().isPresent()) {
        new ReportFile(lineage, best, skipped, evaluation.examples().size())
            .write(output.report().get(), log.all());
      }
      listener.finished(end, lineage);
      return end;
    }
  }

  private Optional<StepMetric> step(List<Example> examples) {
    long traffic = trainer.trafficBytesPerDevice();
    String[] refusal = new String[1];
    long start = System.nanoTime();
    StepResult result =
        trainer.step(
            examples,
            figures -> {
              refusal[0] = guard.judge(figures).orElse(null);
              return refusal[0] == null;
            });
    double seconds = (System.nanoTime() - start) / NANOS;
    if (!result.applied()) {
      skip(examples, result, refusal[0]);
      return Optional.empty();
    }
    trainLoss = result.loss();
    return Optional.of(
        new StepMetric(
            result.step(),
            cursor.epochsDone(),
            result.loss(),
            OptionalDouble.empty(),
            result.gradNorm(),
            result.learningRate(),
            result.tokens(),
            result.tokens() / seconds,
            result.flops() / seconds,
            trainer.persistentBytesPerDevice(),
            trainer.trafficBytesPerDevice() - traffic,
            System.currentTimeMillis()));
  }

  private void skip(List<Example> examples, StepResult result, String refusal) {
    String reason =
        refusal != null
            ? refusal
            : "loss %s and gradient norm %s are no numbers"
                .formatted(result.loss(), result.gradNorm());
    if (!options.guard().isOn()) {
      throw new TrainingFailedException(
          "step %d: %s; lower lr, or set outlier-z to skip such batches"
              .formatted(result.step() + 1, reason));
    }
    skipped++;
    String message = "batch skipped before step %d: %s".formatted(result.step() + 1, reason);
    for (Example example : examples) {
      collector
          .source(example)
          .map(r -> new GivenUp(r.place(), r.payload(), ErrorCode.LOSS_OUTLIER, message))
          .ifPresent(listener::gaveUp);
    }
    listener.note(message);
  }

  private StepMetric evaluatedIfDue(StepMetric metric) {
    boolean due = metric.step() % options.evalSteps() == 0 || metric.step() == lastStep;
    if (!due || evaluation.examples().isEmpty()) {
      return metric;
    }
    evalLoss = OptionalDouble.of(evaluation.loss(this::stopIfCancelled));
    return metric.withEvalLoss(evalLoss);
  }

  private void logIfDue(StepMetric metric, MetricLog log) throws IOException {
    if (metric.step() % options.loggingSteps() == 0 || metric.evalLoss().isPresent()) {
      log.add(metric);
      listener.measured(runId, metric);
    }
  }

  private SavedCheckpoint save(StepMetric metric) throws IOException {
    stopIfCancelled();
    if (metric.evalLoss().isPresent() && metric.evalLoss().getAsDouble() < best.evalLoss()) {
      best = new RunState.Best(metric.step(), metric.evalLoss().getAsDouble());
    }
    return saver.save(state(), cursor.epochsDone());
  }

  private RunState state() {
    return new RunState(
        firstStep,
        cursor.epoch(),
        cursor.batch(),
        skipped,
        trainLoss,
        evalLoss,
        best,
        guard.window());
  }

  private Progress progress(StepMetric metric, long begun, long nanos) {
    long left = lastStep - metric.step();
    long each = nanos / Math.max(1, metric.step() - begun);
    return new Progress(
        metric.step(),
        lastStep,
        metric.loss(),
        metric.tokensPerSecond(),
        metric.flopsPerSecond(),
        Duration.ofNanos(each * left));
  }

  private void stopIfCancelled() {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("the run was cancelled after step " + trainer.steps());
    }
  }
}
