package dev.dolly.chaos;

import dev.dolly.local.Part;
import java.time.Duration;

/**
 * One kill -9 to come.
 *
 * @param part whose process it meets
 * @param progress of the run at which it becomes due, 0 to 1
 * @param delay after that: progress is seen when a checkpoint commits, and kills shall not all
 *     follow one
 */
record Kill(Part part, double progress, Duration delay) {
  Kill {
    if (!(progress >= 0 && progress < 1)) {
      throw new IllegalArgumentException("a run is never at " + progress);
    }
  }
}
