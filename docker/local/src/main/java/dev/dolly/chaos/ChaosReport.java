package dev.dolly.chaos;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What came of a run.
 *
 * @param count prompts and outcomes
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
    List<Killed> kills,
    CheckpointFigures checkpoints,
    MemoryFigures memory,
    Duration duration,
    double tokensPerSecond,
    OptionalDouble firstMinute,
    OptionalDouble lastMinute) {
  public ChaosReport {
    kills = List.copyOf(kills);
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
