package dev.dolly.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** How fast a count grew over the last minute. Not thread safe. */
public final class Rate {
  private static final Duration KEPT = Duration.ofMinutes(1);

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(Instant at, long count) {}

  /**
   * The count now. One below the last begins anew: whoever counted was started again.
   *
   * @param at not before the last
   */
  public void add(Instant at, long count) {
    if (!samples.isEmpty() && samples.getLast().count() > count) {
      samples.clear();
    }
    samples.addLast(new Sample(at, count));
    // One from before the minute stays, so that the minute is whole.
    while (samples.size() > 2 && second().at().isBefore(at.minus(KEPT))) {
      samples.removeFirst();
    }
  }

  /** A second, over the last so long, as far as it was watched. */
  public double perSecond(Duration window) {
    if (samples.size() < 2) {
      return 0;
    }
    Instant end = samples.getLast().at();
    Instant begin = later(end.minus(window), samples.getFirst().at());
    return between(begin, end);
  }

  /** A second, in equal parts of the last minute, the oldest first; 0 before the watch began. */
  public List<Double> parts(int count) {
    List<Double> parts = new ArrayList<>();
    for (int part = count; part > 0; part--) {
      if (samples.isEmpty()) {
        parts.add(0.0);
        continue;
      }
      Instant end = samples.getLast().at();
      parts.add(
          between(
              end.minus(KEPT.multipliedBy(part).dividedBy(count)),
              end.minus(KEPT.multipliedBy(part - 1).dividedBy(count))));
    }
    return parts;
  }

  private double between(Instant begin, Instant end) {
    double millis = Duration.between(begin, end).toMillis();
    return millis <= 0 ? 0 : (countAt(end) - countAt(begin)) / millis * 1000;
  }

  private double countAt(Instant at) {
    Sample before = samples.getFirst();
    for (Sample sample : samples) {
      if (sample.at().isAfter(at)) {
        double whole = Duration.between(before.at(), sample.at()).toNanos();
        double share = whole == 0 ? 1 : Duration.between(before.at(), at).toNanos() / whole;
        return before.count() + Math.max(0, share) * (sample.count() - before.count());
      }
      before = sample;
    }
    return before.count();
  }

  private Sample second() {
    return samples.stream().skip(1).findFirst().orElseThrow();
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
