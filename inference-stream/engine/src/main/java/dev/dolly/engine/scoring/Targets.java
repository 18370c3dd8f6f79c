package dev.dolly.engine.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be read of one pass: ids at rows of the batch, sequence by sequence. Several sequences
 * may ask for different ids of one row, whose logits are computed once.
 */
final class Targets {
  private final Map<Integer, Integer> places = new LinkedHashMap<>();
  private final List<Target> targets = new ArrayList<>();
  private int sequences;

  /**
   * One id.
   *
   * @param place of its row among the distinct ones
   */
  record Target(int sequence, int place, int id) {}

  /** A sequence begins: what is added belongs to it. */
  void begin() {
    sequences++;
  }

  void add(int row, int id) {
    targets.add(new Target(sequences - 1, places.computeIfAbsent(row, r -> places.size()), id));
  }

  int sequences() {
    return sequences;
  }

  /** The distinct rows, by their places. */
  long[] rows() {
    return places.keySet().stream().mapToLong(Integer::longValue).toArray();
  }

  /** Those of the rows at places {@code from} to {@code to}, exclusive, by sequence. */
  List<Target> at(int from, int to) {
    return targets.stream().filter(t -> t.place() >= from && t.place() < to).toList();
  }

  /** Adds up what was read; each target is given once. */
  static final class Sums {
    private final double[] sums;
    private final boolean[] greedy;

    Sums(int sequences) {
      sums = new double[sequences];
      greedy = new boolean[sequences];
      Arrays.fill(greedy, true);
    }

    void add(Target target, double logProbability, boolean likeliest) {
      sums[target.sequence()] += logProbability;
      greedy[target.sequence()] &= likeliest;
    }

    List<Score> scores() {
      List<Score> scores = new ArrayList<>();
      for (int sequence = 0; sequence < sums.length; sequence++) {
        scores.add(new Score(sums[sequence], greedy[sequence]));
      }
      return scores;
    }
  }
}
