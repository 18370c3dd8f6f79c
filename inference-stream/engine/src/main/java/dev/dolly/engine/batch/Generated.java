package dev.dolly.engine.batch;

import java.util.Arrays;
import java.util.List;

/**
 * What a request has generated so far. Equal when all ids are and all log-probabilities, to the
 * bit.
 *
 * @param ids in order
 * @param logprobs one an id, or none at all
 */
public record Generated(int[] ids, List<TokenLogprob> logprobs) {
  public static final Generated NONE = new Generated(new int[0], List.of());

  public Generated {
    if (!logprobs.isEmpty() && logprobs.size() != ids.length) {
      throw new IllegalArgumentException(
          ids.length + " ids with " + logprobs.size() + " log-probabilities");
    }
    ids = ids.clone();
    logprobs = List.copyOf(logprobs);
  }

  /** These ids, without log-probabilities. */
  public static Generated of(int... ids) {
    return new Generated(ids, List.of());
  }

  @Override
  public int[] ids() {
    return ids.clone();
  }

  /** How many ids there are. */
  public int count() {
    return ids.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Generated that
        && Arrays.equals(ids, that.ids)
        && logprobs.equals(that.logprobs);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + logprobs.hashCode();
  }

  @Override
  public String toString() {
    return Arrays.toString(ids) + (logprobs.isEmpty() ? "" : " " + logprobs);
  }
}
