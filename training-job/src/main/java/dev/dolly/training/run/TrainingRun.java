package dev.dolly.training.run;

import dev.dolly.engine.FreeMemory;
import dev.dolly.engine.example.Example;
import dev.dolly.engine.example.ExampleBuilder;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.training.checkpoint.CheckpointStore;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.DataRange;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.lineage.RunIdentity;
import dev.dolly.training.optimizer.Schedule;
import dev.dolly.training.optimizer.Stage;
import dev.dolly.training.options.DataSelection;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.order.TrainingOrder;
import dev.dolly.training.zero.Trainer;
import dev.dolly.training.zero.TrainerSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A run, from its records to the final model: opened with everything checked that can be, fed with
 * records, then run to its end on the calling thread. Knows no Flink and no Kafka. One thread; owns
 * native memory until it is closed.
 */
public final class TrainingRun implements AutoCloseable {
  private final TrainingOptions options;
  private final RunListener listener;
  private final BaseModel base;
  private final Tokenizer tokenizer;
  private final ExampleCollector collector;

  private TrainingRun(
      TrainingOptions options, RunListener listener, BaseModel base, Tokenizer tokenizer) {
    this.options = options;
    this.listener = listener;
    this.base = base;
    this.tokenizer = tokenizer;
    this.collector =
        new ExampleCollector(
            options, new ExampleBuilder(tokenizer, base.config().window()), listener);
  }

  /**
   * Opens the model that is started from.
   *
   * @throws dev.dolly.engine.model.ModelFormatException when it cannot be used
   * @throws TrainingFailedException when the options ask for what is not there
   */
  public static TrainingRun open(TrainingOptions options, RunListener listener) throws IOException {
    BaseModel base = BaseModel.open(options);
    if (!options.output().resume()) {
      requireEmpty(options);
    }
    return new TrainingRun(
        options, listener, base, base.tokenizerFiles().load(base.config().eosTokenIds()));
  }

  private static void requireEmpty(TrainingOptions options) throws IOException {
    List<SavedCheckpoint> there = CheckpointStore.all(options.output().directory());
    if (!there.isEmpty()) {
      throw new TrainingFailedException(
          there.get(0).path()
              + " is of an earlier run; --resume goes on from it, or name another directory");
    }
  }

  /** What the run's events and metrics will go by: its own id, or that of the run it goes on. */
  public String runId(List<DataRange> data) throws IOException {
    Optional<SavedCheckpoint> from =
        options.output().resume()
            ? CheckpointStore.all(options.output().directory()).stream().findFirst()
            : Optional.empty();
    return from.map(saved -> Lineage.fromJson(saved.manifest().lineage()).runId())
        .orElseGet(() -> RunIdentity.of(options.resolved(), data, base.digest()).runId());
  }

  /**
   * Takes the next record: those of a topic in any order, those of a file in theirs.
   *
   * @throws BadRecordException if it is bad and the run is strict
   */
  public void add(TrainingRecord record) {
    collector.add(record);
  }

  /**
   * Takes note of something that is no record.
   *
   * @throws BadRecordException if the run is strict
   */
  public void refuse(GivenUp record) {
    collector.refuse(record);
  }

  /**
   * Trains to the end.
   *
   * @param data what the records were read from, in the order of partitions
   * @param everPromoted versions whose checkpoints are never pruned
   * @param cancelled asked at each step
   * @return the last checkpoint
   * @throws java.util.concurrent.CancellationException when it was cancelled
   * @throws TrainingFailedException when it cannot begin or go on
   */
  public SavedCheckpoint run(
      List<DataRange> data, Supplier<Set<String>> everPromoted, BooleanSupplier cancelled)
      throws IOException {
    RunIdentity identity = RunIdentity.of(options.resolved(), data, base.digest());
    TrainingOrder order = order();
    long first = base.steps(options);
    long steps = options.maxSteps().orElseGet(() -> order.steps(options.epochs()));
    TrainerSettings settings = settings(first, steps);
    MemoryNeed.of(base.config(), tokenizer.size(), settings, order.epoch(0))
        .requireWithin(FreeMemory.ofSystem().bytes().orElse(Long.MAX_VALUE));
    try (CheckpointStore store = CheckpointStore.open(options.output().directory())) {
      Optional<SavedCheckpoint> from = store.all().stream().findFirst();
      String runId = identity.runId();
      if (from.isPresent()) {
        Lineage lineage = Lineage.fromJson(from.get().manifest().lineage());
        requireSame(from.get(), lineage.identity(), identity);
        from.get().manifest().verify(from.get().path());
        runId = lineage.runId();
      }
      try (Trainer trainer = base.trainer(options, tokenizer.size(), settings)) {
        RunState state = RunState.atBeginning(first);
        if (from.isPresent()) {
          trainer.restore(from.get().path().resolve(RunSaver.STATE));
          state = RunState.read(from.get().path().resolve(RunSaver.STATE));
          listener.note("Going on from " + from.get().path() + ".");
        }
        RunFacts facts =
            new RunFacts(
                options.modelName(),
                base.config().architecture(),
                base.parent(),
                identity,
                runId,
                order.training().size());
        RunSaver saver =
            new RunSaver(
                options, facts, base.tokenizerFiles(), trainer, store, everPromoted, listener);
        return new TrainingLoop(
                options,
                listener,
                runId,
                order,
                collector,
                trainer,
                saver,
                cancelled,
                first + steps,
                state)
            .run();
      }
    }
  }

  private TrainingOrder order() {
    List<Example> examples = new ArrayList<>(collector.examples());
    if (options.data() instanceof DataSelection.Topic) {
      examples.sort(Comparator.comparing(Example::id));
    }
    listener.note(
        "%d examples; left out: %d too long for the window of %d tokens, %d bad."
            .formatted(
                examples.size(), collector.tooLong(), base.config().window(), collector.bad()));
    try {
      return new TrainingOrder(Collections.unmodifiableList(examples), options.order());
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException(e.getMessage(), e);
    }
  }

  private TrainerSettings settings(long first, long steps) {
    Stage stage =
        new Stage(
            steps,
            options.rate().highest(),
            options.rate().finalPart(),
            options.rate().warmupSteps());
    List<Stage> stages = first == 0 ? List.of(stage) : List.of(new Stage(first, 0, 0, 0), stage);
    return new TrainerSettings(
        options.dtype(),
        options.devices().count(),
        options.devices().gpus(),
        options.threads(),
        options.accumulation(),
        options.optimizer(),
        new Schedule(stages),
        options.order().seed());
  }

  private static void requireSame(SavedCheckpoint from, RunIdentity began, RunIdentity now) {
    List<String> differences = began.differencesTo(now);
    if (!differences.isEmpty()) {
      throw new TrainingFailedException(
          from.path()
              + " is of a run that this one cannot go on with: "
              + String.join("; ", differences));
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
