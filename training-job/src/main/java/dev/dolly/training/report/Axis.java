package dev.dolly.training.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A linear scale with round marks.
 *
 * @param low value at its beginning
 * @param high value at its end, above {@code low}
 * @param step between two marks
 */
record Axis(double low, double high, double step) {
  private static final double[] ROUND = {1, 2, 2.5, 5, 10};

  /** One on which all values from {@code min} to {@code max} lie, with about so many marks. */
  static Axis over(double min, double max, int marks) {
    double span = max > min ? max - min : Math.max(Math.abs(max), 1e-12);
    double rough = span / marks;
    double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = magnitude * 10;
    for (double round : ROUND) {
      if (round * magnitude >= rough * (1 - 1e-9)) {
        step = round * magnitude;
        break;
      }
    }
    double low = Math.floor(min / step + 1e-9) * step;
    double high = Math.ceil(max / step - 1e-9) * step;
    return new Axis(low, high > low ? high : low + step, step);
  }

  /** Where a value lies, 0 at the beginning and 1 at the end. */
  double place(double value) {
    return (value - low) / (high - low);
  }

  List<Double> marks() {
    List<Double> marks = new ArrayList<>();
    for (int i = 0; low + i * step <= high + step / 2; i++) {
      marks.add(low + i * step);
    }
    return marks;
  }

  /** A mark's text: as many digits as the marks differ in. */
  String label(double mark) {
    double size = Math.max(Math.abs(low), Math.abs(high));
    if (size >= 1e6 || size < 1e-3) {
      return mark == 0 ? "0" : String.format(Locale.ROOT, "%.2e", mark).replace("e-0", "e-");
    }
    int decimals = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
    boolean half = Math.abs(step * Math.pow(10, decimals) % 1) > 1e-6;
    return String.format(Locale.ROOT, "%,." + (decimals + (half ? 1 : 0)) + "f", mark);
  }
}
