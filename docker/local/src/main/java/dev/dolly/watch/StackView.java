package dev.dolly.watch;

import java.time.Instant;
import java.util.Optional;

/**
 * A stack at one moment, as far as it answered.
 *
 * @param at the moment
 * @param job empty: Flink is away, or runs no such job
 * @param topics empty: the broker is away
 */
public record StackView(Instant at, Optional<JobView> job, Optional<TopicsView> topics) {
  /** Nothing answered. */
  public static StackView away(Instant at) {
    return new StackView(at, Optional.empty(), Optional.empty());
  }
}
