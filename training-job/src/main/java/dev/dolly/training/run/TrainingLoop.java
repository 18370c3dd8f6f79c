package dev.dolly.training.run;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.training.checkpoint.CheckpointStore;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.example.Example;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.options.OutputOptions;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.order.TrainingOrder;
import dev.dolly.training.tokenizer.TokenizerFiles;
import dev.dolly.training.zero.StepResult;
import dev.dolly.training.zero.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Steps, evaluations, measurements and saves, in their turns. One thread, used once. */
final class TrainingLoop {
  /** The directory within a checkpoint that only who goes on needs. */
  static final String STATE = "trainer-state";

  private static final double NANOS = Duration.ofSeconds(1).toNanos();

  private final TrainingOptions options;
  private final OutputOptions output;
  private final RunListener listener;
  private final RunFacts facts;
  private final TokenizerFiles tokenizerFiles;
  private final TrainingOrder order;
  private final ExampleCollector collector;
  private final Trainer trainer;
  private final CheckpointStore store;
  private final Supplier<Set<String>> everPromoted;
  private final BooleanSupplier cancelled;
  private final long firstStep;
  private final long lastStep;
  private final OutlierGuard guard;

  private int epoch;
  private int batch;
  private List<List<Example>> batches;
  private long skipped;
  private double trainLoss;
  private OptionalDouble evalLoss;
  private RunState.Best best;

  /**
   * @param state where to begin
   * @param lastStep after which the run is done
   */
  TrainingLoop(
      TrainingOptions options,
      RunListener listener,
      RunFacts facts,
      TokenizerFiles tokenizerFiles,
      TrainingOrder order,
      ExampleCollector collector,
      Trainer trainer,
      CheckpointStore store,
      Supplier<Set<String>> everPromoted,
      BooleanSupplier cancelled,
      long lastStep,
      RunState state) {
    this.options = options;
    this.output = options.output();
    this.listener = listener;
    this.facts = facts;
    this.tokenizerFiles = tokenizerFiles;
    this.order = order;
    this.collector = collector;
    this.trainer = trainer;
    this.store = store;
    this.everPromoted = everPromoted;
    this.cancelled = cancelled;
    this.lastStep = lastStep;
    this.firstStep = state.firstStep();
    this.guard = new OutlierGuard(options.guard(), state.guard());
    this.epoch = state.epoch();
    this.batch = state.batch();
    this.batches = order.epoch(epoch);
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
      Optional<SavedCheckpoint> last = goesOn ? retell(log) : Optional.empty();
      long beginning = System.nanoTime();
      while (trainer.steps() < lastStep && nextBatch()) {
        stopIfCancelled();
        Optional<StepMetric> made = step(batches.get(batch++));
        if (made.isPresent()) {
          StepMetric metric = evaluatedIfDue(made.get());
          logIfDue(metric, log);
          last = savedIfDue(metric.step());
          listener.progress(progress(metric, begun, System.nanoTime() - beginning));
        }
      }
      // batches that were skipped may have left the run without the step that would be saved
      SavedCheckpoint checkpoint = last.isPresent() ? last.get() : save(trainer.steps());
      finish(checkpoint, log);
      return checkpoint;
    }
  }

  /** What was told before may not have reached those it was meant for. */
  private Optional<SavedCheckpoint> retell(MetricLog log) throws IOException {
    log.all().forEach(metric -> listener.measured(facts.runId(), metric));
    List<SavedCheckpoint> all = new ArrayList<>(store.all());
    Collections.reverse(all);
    all.forEach(saved -> listener.saved(saved, lineage(saved)));
    return Optional.of(all.get(all.size() - 1));
  }

  private static Lineage lineage(SavedCheckpoint saved) {
    return Lineage.fromJson(saved.manifest().lineage());
  }

  private boolean nextBatch() {
    if (batch == batches.size()) {
      epoch++;
      batch = 0;
      batches = order.epoch(epoch);
    }
    return options.maxSteps().isPresent() || epoch < options.epochs();
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
            epochsDone(),
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
    if (!due || order.heldOut().isEmpty()) {
      return metric;
    }
    evalLoss = OptionalDouble.of(evaluate());
    return metric.withEvalLoss(evalLoss);
  }

  /** In pieces, so that a cancellation need not wait for all of it. */
  private double evaluate() {
    List<Example> heldOut = order.heldOut();
    int piece = options.perDeviceEvalBatch() * options.devices().count();
    double loss = 0;
    long labels = 0;
    for (int from = 0; from < heldOut.size(); from += piece) {
      stopIfCancelled();
      List<Example> some = heldOut.subList(from, Math.min(heldOut.size(), from + piece));
      long counted = some.stream().mapToLong(Example::labels).sum();
      loss += counted * trainer.evaluate(some, options.perDeviceEvalBatch());
      labels += counted;
    }
    return loss / labels;
  }

  private void logIfDue(StepMetric metric, MetricLog log) throws IOException {
    if (metric.step() % options.loggingSteps() == 0 || metric.evalLoss().isPresent()) {
      log.add(metric);
      listener.measured(facts.runId(), metric);
    }
  }

  private Optional<SavedCheckpoint> savedIfDue(long step) throws IOException {
    boolean due = step % output.saveSteps() == 0 || step == lastStep;
    return due ? Optional.of(save(step)) : Optional.empty();
  }

  private SavedCheckpoint save(long step) throws IOException {
    stopIfCancelled();
    boolean evaluated = step % options.evalSteps() == 0 || step == lastStep;
    if (evaluated && evalLoss.isPresent() && evalLoss.getAsDouble() < best.evalLoss()) {
      best = new RunState.Best(step, evalLoss.getAsDouble());
    }
    Lineage lineage =
        facts.lineage(
            options.dtype().configName(),
            trainer.parameters(),
            step,
            epochsDone(),
            trainLoss,
            evalLoss);
    SavedCheckpoint saved = store.save(step, this::write, lineage.toJson());
    listener.saved(saved, lineage);
    Set<String> promoted = everPromoted.get();
    store.prune(
        output.saveTotalLimit(),
        each -> each.step() == best.step() || promoted.contains(lineage(each).version()));
    return saved;
  }

  private void write(Path directory) throws IOException {
    trainer.writeModel(directory);
    tokenizerFiles.writeTo(directory);
    trainer.save(directory.resolve(STATE));
    new RunState(firstStep, epoch, batch, skipped, trainLoss, evalLoss, best, guard.window())
        .write(directory.resolve(STATE));
  }

  private void finish(SavedCheckpoint last, MetricLog log) throws IOException {
    store.finish(last);
    if (output.second().isPresent()) {
      store.copyModel(last, output.second().get());
    }
    Lineage lineage = lineage(last);
    if (output.report().isPresent()) {
      new ReportFile(lineage, best, skipped, order.heldOut().size())
          .write(output.report().get(), log.all());
    }
    listener.finished(last, lineage);
  }

  private double epochsDone() {
    return epoch + (double) batch / batches.size();
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
