package dev.dolly.training.bench;

import dev.dolly.engine.example.Example;
import dev.dolly.training.zero.StepResult;
import dev.dolly.training.zero.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Steps of a trainer, timed: forward, recomputation, backward, clipping and update. The first step
 * also finds memory and is not timed, but its loss counts.
 */
public final class TrainBenchmark {
  private TrainBenchmark() {}

  /**
   * What came out.
   *
   * @param records of the timed steps
   * @param tokens of them, labelled or not; there is no padding
   * @param seconds that the timed steps took
   * @param flops of the timed steps
   * @param losses of all steps, the first included
   */
  public record Result(
      int records, long tokens, double seconds, double flops, List<Double> losses) {
    public double tokensPerSecond() {
      return tokens / seconds;
    }

    public double recordsPerSecond() {
      return records / seconds;
    }

    public double flopsPerSecond() {
      return flops / seconds;
    }
  }

  /**
   * One step a batch.
   *
   * @param batches at least two
   */
  public static Result run(Trainer trainer, List<List<Example>> batches) {
    if (batches.size() < 2) {
      throw new IllegalArgumentException("at least two batches: the first is not timed");
    }
    List<Double> losses = new ArrayList<>();
    losses.add(trainer.step(batches.get(0)).loss());
    long tokens = 0;
    double flops = 0;
    long start = System.nanoTime();
    for (List<Example> batch : batches.subList(1, batches.size())) {
      StepResult result = trainer.step(batch);
      losses.add(result.loss());
      tokens += result.tokens();
      flops += result.flops();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    int records = batches.stream().skip(1).mapToInt(List::size).sum();
    return new Result(records, tokens, seconds, flops, losses);
  }

  /** Random ids, each but the first a label: the same batch for every step. */
  public static List<List<Example>> random(int vocabulary, int examples, int tokens, int steps) {
    Random random = new Random(1);
    List<Example> batch =
        IntStream.range(0, examples)
            .mapToObj(i -> random.ints(tokens, 0, vocabulary).toArray())
            .map(ids -> new Example("random", ids, 1))
            .toList();
    return IntStream.range(0, steps).mapToObj(i -> batch).toList();
  }

  /** In order, so many in each; what is left over is left out. */
  public static List<List<Example>> batches(List<Example> examples, int size) {
    return IntStream.range(0, examples.size() / size)
        .mapToObj(i -> examples.subList(i * size, (i + 1) * size))
        .toList();
  }
}
