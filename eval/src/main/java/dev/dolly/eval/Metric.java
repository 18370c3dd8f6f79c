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
}
