package dev.dolly.engine.example;

import dev.dolly.engine.sampling.SplitMix64;

/**
 * Permutations that depend on a seed and a number alone, the same everywhere: Fisher and Yates'
 * with SplitMix64.
 *
 * @param seed of the run
 */
public record Shuffle(long seed) {
  /**
   * A permutation of {@code 0 … size − 1}.
   *
   * @param stream which of the seed's permutations
   */
  public int[] permutation(int size, long stream) {
    int[] order = new int[size];
    long state = SplitMix64.mix(seed + SplitMix64.GOLDEN_GAMMA * (stream + 1));
    for (int i = 0; i < size; i++) {
      state += SplitMix64.GOLDEN_GAMMA;
      // the upper half as a fraction of i + 1: its bias is below 1 in 2^32 over the size
      int at = (int) Math.multiplyHigh(SplitMix64.mix(state) >>> 1, (i + 1L) << 1);
      order[i] = order[at];
      order[at] = i;
    }
    return order;
  }
}
