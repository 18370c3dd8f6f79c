package dev.dolly.engine.batch;

import java.util.Arrays;
import java.util.Objects;

/**
 * How probable a generated id was: natural logarithms of the softmax of the raw logits, before
 * temperature and filters. Equal when all numbers are, to the bit.
 *
 * @param logprob of the id that was chosen
 * @param topIds the most probable ids, most probable first; the chosen one may be among them
 * @param topLogprobs theirs, in the same order
 */
public record TokenLogprob(double logprob, int[] topIds, double[] topLogprobs) {
  public TokenLogprob {
    if (topIds.length != topLogprobs.length) {
      throw new IllegalArgumentException(
          topIds.length + " ids with " + topLogprobs.length + " log-probabilities");
    }
    topIds = topIds.clone();
    topLogprobs = topLogprobs.clone();
  }

  @Override
  public int[] topIds() {
    return topIds.clone();
  }

  @Override
  public double[] topLogprobs() {
    return topLogprobs.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenLogprob that
        && Double.doubleToRawLongBits(logprob) == Double.doubleToRawLongBits(that.logprob)
        && Arrays.equals(topIds, that.topIds)
        && Arrays.equals(topLogprobs, that.topLogprobs);
  }

  @Override
  public int hashCode() {
    return Objects.hash(logprob, Arrays.hashCode(topIds), Arrays.hashCode(topLogprobs));
  }

  @Override
  public String toString() {
    return logprob + " of " + Arrays.toString(topIds) + " " + Arrays.toString(topLogprobs);
  }
}
