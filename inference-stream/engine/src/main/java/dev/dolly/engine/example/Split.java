package dev.dolly.engine.example;

import java.util.Arrays;

/**
 * Which of a number of examples are held out: the tail of their order, which the seed shuffles.
 *
 * @param training positions of those that are trained on, in their order
 * @param heldOut positions of the others, in theirs; may be none
 */
public record Split(int[] training, int[] heldOut) {
  /** The first of the seed's permutations; epochs take the others. */
  private static final long WHOLE = 0;

  /**
   * Splits {@code 0 … examples − 1}.
   *
   * @param shuffle false: they stay in the order in which they come
   * @throws IllegalArgumentException when nothing is left to train on
   */
  public static Split of(int examples, long seed, boolean shuffle, TestSize testSize) {
    int[] order = shuffle ? new Shuffle(seed).permutation(examples, WHOLE) : new int[examples];
    if (!shuffle) {
      Arrays.setAll(order, i -> i);
    }
    int test = testSize.of(examples);
    if (test >= examples) {
      throw new IllegalArgumentException(
          examples
              + " examples are usable and test-size "
              + testSize
              + " holds out "
              + test
              + ": nothing is left to train on; give a smaller test-size or more records");
    }
    int kept = examples - test;
    return new Split(Arrays.copyOf(order, kept), Arrays.copyOfRange(order, kept, examples));
  }
}
