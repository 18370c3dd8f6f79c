package dev.dolly.training.order;

import dev.dolly.engine.example.Example;
import dev.dolly.engine.example.Shuffle;
import dev.dolly.engine.example.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Examples in their order: shuffled by the seed, the tail held out, the rest cut into batches epoch
 * by epoch, each shuffled anew. Who gives examples of a topic sorts them by record id first, so
 * that partitions leave no trace.
 *
 * <p>Immutable, thread safe.
 */
public final class TrainingOrder {
  private final OrderSettings settings;
  private final Shuffle shuffle;
  private final List<Example> training;
  private final List<Example> heldOut;

  /**
   * Splits the examples.
   *
   * @throws IllegalArgumentException when nothing is left to train on
   */
  public TrainingOrder(List<Example> examples, OrderSettings settings) {
    this.settings = settings;
    this.shuffle = new Shuffle(settings.seed());
    Split split =
        Split.of(examples.size(), settings.seed(), settings.shuffle(), settings.testSize());
    this.training = Arrays.stream(split.training()).mapToObj(examples::get).toList();
    this.heldOut = Arrays.stream(split.heldOut()).mapToObj(examples::get).toList();
  }

  public List<Example> training() {
    return training;
  }

  /** For evaluation; may be empty. */
  public List<Example> heldOut() {
    return heldOut;
  }

  /**
   * The batches of a pass over the data.
   *
   * @param epoch from 0
   */
  public List<List<Example>> epoch(int epoch) {
    int[] order =
        settings.shuffle() && epoch > 0
            ? shuffle.permutation(training.size(), 2L * epoch)
            : same(training.size());
    List<Example> examples = new ArrayList<>(Arrays.stream(order).mapToObj(training::get).toList());
    int window = settings.lengthWindow();
    if (window == 0) {
      return cut(examples);
    }
    for (int from = 0; from < examples.size(); from += window) {
      examples
          .subList(from, Math.min(examples.size(), from + window))
          .sort(Comparator.comparingInt(Example::tokens));
    }
    List<List<Example>> batches = cut(examples);
    int[] turns = shuffle.permutation(batches.size(), 2L * epoch + 1);
    return Arrays.stream(turns).mapToObj(batches::get).toList();
  }

  /** Optimizer steps that so many passes take. */
  public long steps(int epochs) {
    long steps = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      steps += epoch(epoch).size();
    }
    return steps;
  }

  private List<List<Example>> cut(List<Example> examples) {
    BatchSize size = settings.batch();
    List<List<Example>> batches = new ArrayList<>();
    int from = 0;
    long weight = 0;
    for (int i = 0; i < examples.size(); i++) {
      int more = size.weight(examples.get(i));
      if (i > from && weight + more > size.limit()) {
        batches.add(List.copyOf(examples.subList(from, i)));
        from = i;
        weight = 0;
      }
      weight += more;
    }
    batches.add(List.copyOf(examples.subList(from, examples.size())));
    return Collections.unmodifiableList(batches);
  }

  private static int[] same(int size) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    return order;
  }
}
