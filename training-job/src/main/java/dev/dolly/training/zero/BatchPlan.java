package dev.dolly.training.zero;

import dev.dolly.engine.example.Example;
import dev.dolly.training.compute.PackedBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which device computes which examples in which micro-batch. The longest example goes first, each
 * to the group of fewest tokens; groups that run at the same time are of like size, so that no
 * device waits long for another. The same examples give the same plan.
 */
final class BatchPlan {
  private final int devices;
  private final List<PackedBatch> groups;

  /** Splits into exactly as many micro-batches a device; some may be empty. */
  BatchPlan(List<Example> examples, int devices, int microBatches) {
    this.devices = devices;
    List<List<Example>> bins = new ArrayList<>();
    for (int i = 0; i < devices * microBatches; i++) {
      bins.add(new ArrayList<>());
    }
    int[] tokens = new int[bins.size()];
    for (Example example :
        examples.stream().sorted(Comparator.comparingInt(Example::tokens).reversed()).toList()) {
      int least = 0;
      for (int i = 1; i < tokens.length; i++) {
        if (tokens[i] < tokens[least]) {
          least = i;
        }
      }
      bins.get(least).add(example);
      tokens[least] += example.tokens();
    }
    groups =
        IntStream.range(0, tokens.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> -tokens[i])) // stable
            .map(i -> PackedBatch.of(bins.get(i)))
            .toList();
  }

  int microBatches() {
    return groups.size() / devices;
  }

  PackedBatch batch(int rank, int microBatch) {
    return groups.get(microBatch * devices + rank);
  }
}
