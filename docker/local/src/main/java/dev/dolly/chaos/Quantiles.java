package dev.dolly.chaos;

import java.util.List;

/** The value below which a share of values lies. */
public final class Quantiles {
  private Quantiles() {}

  /**
   * @param sorted ascending
   * @param share 0 to 1; 1 is the largest
   * @return 0 where there is none
   */
  public static long of(List<Long> sorted, double share) {
    if (sorted.isEmpty()) {
      return 0;
    }
    int index = (int) Math.ceil(share * sorted.size()) - 1;
    return sorted.get(Math.max(0, index));
  }
}
