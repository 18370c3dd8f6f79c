package dev.dolly.engine.scoring;

import java.util.Arrays;

/**
 * Ids of which the last ones are to be scored, each given all before it.
 *
 * @param ids at least two; not changed by anybody
 * @param firstTarget index of the first one to be scored, at least 1
 */
public record TokenSequence(int[] ids, int firstTarget) {
  public TokenSequence {
    if (firstTarget < 1 || firstTarget >= ids.length) {
      throw new IllegalArgumentException(
          "%d ids, the first to be scored at %d: there must be some before it and it must be one"
              .formatted(ids.length, firstTarget));
    }
  }

  /** How many are computed: the last one is only looked up. */
  int inputs() {
    return ids.length - 1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSequence o
        && firstTarget == o.firstTarget
        && Arrays.equals(ids, o.ids);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + firstTarget;
  }

  @Override
  public String toString() {
    return "TokenSequence[%d ids, scored from %d]".formatted(ids.length, firstTarget);
  }
}
