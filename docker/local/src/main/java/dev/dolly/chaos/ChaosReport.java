package dev.dolly.chaos;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What came of a run.
 *
 * @param count prompts and outcomes
 * @param faults of the stack at the end, a line each: with one of them the count may be of
 *     something that is still moving
 * @param kills that happened, in their order
 * @param checkpoints of the inference job
 * @param memory of the jobs' process
 * @param duration from the first prompt to the last outcome
 * @param tokensPerSecond generated, over that time
 * @param firstMinute tokens a second in the first minute after the warm-up; empty where the run had
 *     not two full minutes after it
 * @param lastMinute the same in the last minute under load
 */
public record ChaosReport(
    Count count,
    List<String> faults,
    List<Killed> kills,
    CheckpointFigures checkpoints,
    MemoryFigures memory,
    Duration duration,
    double tokensPerSecond,
    OptionalDouble firstMinute,
    OptionalDouble lastMinute) {
  public ChaosReport {
    faults = List.copyOf(faults);
    kills = List.copyOf(kills);
  }

  /** Whether prompts were sent, the stack came to rest and the count is right. */
  public boolean isRight() {
    return count.prompts() > 0 && faults.isEmpty() && count.isRight();
  }

  /**
   * How long kills kept answers away, as a quantile.
   *
   * @param share 0 to 1
   */
  public Duration untilAnswered(double share) {
    List<Long> millis =
        kills.stream()
            .flatMap(kill -> kill.untilAnswered().stream())
            .map(Duration::toMillis)
            .sorted()
            .toList();
    return Duration.ofMillis(Quantiles.of(millis, share));
  }
}
