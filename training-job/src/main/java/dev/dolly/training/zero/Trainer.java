package dev.dolly.training.zero;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.example.Example;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.JsonFile;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.engine.model.ShardedWeightsWriter;
import dev.dolly.training.compute.Decoder;
import dev.dolly.training.compute.Unit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * Fine-tunes a model on several devices with ZeRO stage 3: each holds one N-th of everything that
 * is kept between steps. The result does not depend on the number of devices or micro-batches but
 * for rounding, and on nothing but its input and settings otherwise.
 *
 * <p>Called by one thread at a time, which waits; devices compute on threads of their own. After an
 * exception a trainer is of no more use: close it.
 */
public final class Trainer implements AutoCloseable {
  /** Hugging Face's default, for configurations that do not say. */
  private static final double INITIALIZER_RANGE = 0.02;

  private final TrainerSettings settings;
  private final Decoder decoder;
  private final ObjectNode configFile;
  private final Crew crew;
  private DType arithmetic;
  private long steps;

  private Trainer(
      Decoder decoder, ObjectNode configFile, TrainerSettings settings, StartingPoint start) {
    this.settings = settings;
    this.decoder = decoder;
    this.configFile = configFile;
    crew = new Crew(decoder, settings);
    try {
      crew.forEach((worker, rank) -> fill(worker, start));
      computeIn(crew.first(workers -> workers.get(0).fastest()));
    } catch (RuntimeException | Error e) {
      crew.close();
      throw e;
    }
  }

  /**
   * Starts from a model's weights; each device reads its part of the files.
   *
   * @param vocabulary rows wanted of embedding and head, fewer or more than the model has: new ones
   *     are N(0, {@code initializer_range}) from the seed
   * @throws ModelFormatException when the files cannot be read
   */
  public static Trainer load(ModelDirectory base, int vocabulary, TrainerSettings settings) {
    ObjectNode file = JsonFile.readObject(base.path().resolve(ModelDirectory.CONFIG));
    Decoder decoder = Decoder.of(base.config().withVocabSize(vocabulary));
    double deviation = file.path("initializer_range").asDouble(INITIALIZER_RANGE);
    return new Trainer(
        decoder, file, settings, new BaseWeights(base, decoder, settings.seed(), deviation));
  }

  /**
   * Starts from scratch.
   *
   * @param configFile a {@code config.json}: the model's shape
   */
  public static Trainer fresh(
      Path configFile, int vocabulary, StartValues start, TrainerSettings settings) {
    ObjectNode file = JsonFile.readObject(configFile);
    Decoder decoder = Decoder.of(ModelConfig.read(configFile).withVocabSize(vocabulary));
    return new Trainer(decoder, file, settings, new FreshWeights(decoder, start, settings.seed()));
  }

  /** As {@link #persistentBytesPerDevice()}, before anything is loaded. */
  public static long persistentBytesPerDevice(
      ModelConfig config, int vocabulary, TrainerSettings settings) {
    return Decoder.of(config.withVocabSize(vocabulary)).units().stream()
            .mapToLong(unit -> unit.shardElements(settings.devices()))
            .sum()
        * settings.bytesPerParameter();
  }

  /** One optimizer step over the whole global batch. */
  public StepResult step(List<Example> batch) {
    return step(batch, figures -> true);
  }

  /**
   * One optimizer step, if it is wanted: where the figures are refused, or are not finite, nothing
   * has changed and the schedule does not move.
   *
   * @param batch of all devices and micro-batches, at least one example
   */
  public StepResult step(List<Example> batch, Predicate<StepFigures> accept) {
    if (batch.isEmpty()) {
      throw new IllegalArgumentException("a step needs at least one example");
    }
    BatchPlan plan = new BatchPlan(batch, settings.devices(), settings.accumulation());
    long labels = batch.stream().mapToLong(Example::labels).sum();
    List<StepSums> found =
        crew.map(
            (worker, rank) -> {
              double loss = 0;
              for (int i = 0; i < plan.microBatches(); i++) {
                loss += worker.train(plan.batch(rank, i), 1.0 / labels, i > 0);
              }
              return new StepSums(loss, worker.gradientSquare());
            });
    StepFigures figures = StepSums.figures(found, labels);
    double rate = settings.schedule().rate(steps);
    boolean applied = figures.finite() && accept.test(figures);
    if (applied) {
      double divisor = settings.optimizer().divisor(figures.gradNorm());
      long step = steps + 1;
      crew.forEach((worker, rank) -> worker.update(step, divisor, rate));
      steps = step;
    }
    return new StepResult(
        steps,
        figures.loss(),
        figures.gradNorm(),
        rate,
        batch.stream().mapToLong(Example::tokens).sum(),
        labels,
        applied,
        Flops.training(decoder, batch));
  }

  /** What one device found. */
  private record StepSums(double loss, double gradientSquare) {
    /** In the order of the ranks. */
    static StepFigures figures(List<StepSums> all, long labels) {
      double loss = 0;
      double square = 0;
      for (StepSums sums : all) {
        loss += sums.loss;
        square += sums.gradientSquare;
      }
      return new StepFigures(loss / labels, Math.sqrt(square));
    }
  }

  /**
   * The mean loss over all labels; weights stay as they are.
   *
   * @param examplesPerDevice that one pass takes
   */
  public double evaluate(List<Example> examples, int examplesPerDevice) {
    int together = examplesPerDevice * settings.devices();
    double loss = 0;
    long labels = 0;
    for (int from = 0; from < examples.size(); from += together) {
      List<Example> some = examples.subList(from, Math.min(examples.size(), from + together));
      BatchPlan plan = new BatchPlan(some, settings.devices(), 1);
      for (double part : crew.map((worker, rank) -> worker.evaluate(plan.batch(rank, 0)))) {
        loss += part;
      }
      labels += some.stream().mapToLong(Example::labels).sum();
    }
    return loss / labels;
  }

  /**
   * Writes all that a run needs to continue with equal bits: one file a device.
   *
   * @param directory made if it is not there
   */
  public void save(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    crew.forEach(
        (worker, rank) ->
            TrainerState.write(directory, worker, rank, settings.devices(), steps, arithmetic));
  }

  /**
   * Continues from a save of this model, made by any number of devices.
   *
   * @throws ModelFormatException when it is torn or another model's
   */
  public void restore(Path directory) {
    TrainerState state = TrainerState.open(directory);
    crew.forEach((worker, rank) -> state.read(worker));
    state.arithmetic().filter(dtype -> dtype != arithmetic).ifPresent(this::computeIn);
    steps = state.step();
  }

  private void computeIn(DType dtype) {
    crew.forEach((worker, rank) -> worker.computeIn(dtype));
    arithmetic = dtype;
  }

  /** The type that products are computed in: the weights' own, or fp32 where that is faster. */
  public DType arithmetic() {
    return arithmetic;
  }

  /**
   * Writes weights and {@code config.json} in the compute dtype; tokenizer files are not ours.
   *
   * @param directory made if it is not there
   */
  public void writeModel(Path directory) {
    writeModel(directory, ShardedWeightsWriter.SHARD_BYTES);
  }

  void writeModel(Path directory, long shardBytes) {
    crew.first(
        workers -> {
          new ModelFiles(workers, settings.compute())
              .write(directory, configFile, config().vocabSize(), shardBytes);
          return null;
        });
  }

  /** Optimizer steps made so far, those before a restored save included. */
  public long steps() {
    return steps;
  }

  /** As trained: with the vocabulary that was asked for. */
  public ModelConfig config() {
    return decoder.config();
  }

  /** All weights, Ψ. */
  public long parameters() {
    return decoder.parameters();
  }

  /**
   * What one device keeps between steps: weights, gradients, masters and moments, 16 Ψ/N bytes, or
   * 18 Ψ/N where bf16 gradients add up over micro-batches; counted from its tensors.
   */
  public long persistentBytesPerDevice() {
    return crew.persistentBytes();
  }

  /** Elements that the first device received from others so far. */
  public long trafficElementsPerDevice() {
    return crew.received();
  }

  /** Those in bytes of the type they travel in. */
  public long trafficBytesPerDevice() {
    return crew.received() * settings.compute().bytes();
  }

  /** The devices, which must rest. */
  Crew crew() {
    return crew;
  }

  /** How many native tensors all devices own at this moment. */
  public int nativeTensors() {
    return crew.nativeTensors();
  }

  @Override
  public void close() {
    crew.close();
  }

  private static void fill(Worker worker, StartingPoint start) {
    for (Shard shard : worker.shards()) {
      Unit unit = shard.unit();
      long begin = 0; // of the slot, in the unit
      for (WeightSlot slot : unit.slots()) {
        long from = Math.max(0, shard.begin() - begin);
        long to = Math.min(slot.elements(), shard.begin() + shard.size() - begin);
        long offset = begin - shard.begin();
        if (from < to) {
          start.read(
              slot,
              from,
              to,
              (at, dtype, bytes) ->
                  Tensors.write(worker.script(), shard.master(), offset + at, dtype, bytes));
        }
        begin += slot.elements();
      }
      shard.round();
    }
  }
}
