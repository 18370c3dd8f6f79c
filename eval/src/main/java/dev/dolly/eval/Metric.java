package dev.dolly.eval;

import java.util.OptionalDouble;

/**
 * A measured value.
 *
 * @param stderr its standard error; empty where there is none
 */
public record Metric(double value, OptionalDouble stderr) {

  /** One with its standard error. */
  public static Metric of(double value, double stderr) {
    return new Metric(value, OptionalDouble.of(stderr));
  }

  /** One without. */
  public static Metric of(double value) {
    return new Metric(value, OptionalDouble.empty());
  }

  /**
   * A share of so many, with the standard error of a mean: the sample's standard deviation (n − 1)
   * over √n. One alone has none.
   */
  public static Metric share(long right, long of) {
    double share = (double) right / of;
    return of < 2 ? of(share) : of(share, Math.sqrt(share * (1 - share) / (of - 1)));
  }
}
