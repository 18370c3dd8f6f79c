package dev.dolly.chaos;

import dev.dolly.local.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Which parts are killed when: drawn from a seed, spread over a run. */
record KillSchedule(List<Kill> kills) {
  /** The jobs hold what is hardest to keep right: as likely as the other parts together. */
  private static final List<Part> URN = List.of(Part.JOBS, Part.JOBS, Part.BROKER, Part.REGISTRY);

  private static final double FIRST = 0.03;
  private static final double LAST = 0.9;
  private static final int LONGEST_DELAY_MILLIS = 2000;

  KillSchedule {
    kills = List.copyOf(kills);
  }

  /**
   * A schedule: the same for the same arguments.
   *
   * @param count how many; from three on, each part is met at least once
   */
  static KillSchedule of(long seed, int count) {
    Random random = new Random(seed);
    List<Part> parts = new ArrayList<>();
    if (count >= Part.ofAnswers().size()) {
      parts.addAll(Part.ofAnswers());
    }
    while (parts.size() < count) {
      parts.add(URN.get(random.nextInt(URN.size())));
    }
    Collections.shuffle(parts, random);
    List<Kill> kills = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // One in each of as many stretches: random, but none of the run stays calm.
      double progress = FIRST + (LAST - FIRST) * (i + random.nextDouble()) / count;
      Duration delay = Duration.ofMillis(random.nextInt(LONGEST_DELAY_MILLIS));
      kills.add(new Kill(parts.get(i), progress, delay));
    }
    return new KillSchedule(kills);
  }
}
