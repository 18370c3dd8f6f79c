package dev.dolly.chaos;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a run is made of.
 *
 * @param seed of prompts and kills
 * @param prompts how many; where a time is given, as many as go into it
 * @param time how long prompts are sent instead
 * @param kills how many
 * @param outstanding prompts without outcome at once, at most; empty: no bound, a backlog
 * @param rate prompts a second, at most
 * @param patience how long no outcome at all is waited for
 * @param warmUp how long after the start speed and memory are not compared yet
 */
public record ChaosSettings(
    long seed,
    int prompts,
    Optional<Duration> time,
    int kills,
    OptionalInt outstanding,
    OptionalDouble rate,
    Duration patience,
    Duration warmUp) {
  public ChaosSettings {
    if (prompts < 1 && time.isEmpty()) {
      throw new IllegalArgumentException("at least one prompt is needed: " + prompts);
    }
    if (time.isPresent() && (time.get().isZero() || time.get().isNegative())) {
      throw new IllegalArgumentException("the time must be above 0: " + time.get());
    }
    if (kills < 0) {
      throw new IllegalArgumentException("there cannot be " + kills + " kills");
    }
    if (outstanding.isPresent() && outstanding.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "at least one prompt must be out: " + outstanding.getAsInt());
    }
    if (rate.isPresent() && !(rate.getAsDouble() > 0)) {
      throw new IllegalArgumentException("the rate must be above 0: " + rate.getAsDouble());
    }
  }

  /** How far a run is, 0 to 1; 1 as soon as only the prompt that is kept back is missing. */
  double progress(long outcomes, Duration now) {
    double share =
        time.isPresent()
            ? (double) now.toMillis() / time.get().toMillis()
            : (double) outcomes / beforeTheLastKill();
    return Math.min(share, 1);
  }

  /**
   * How many prompts may have been sent by now.
   *
   * @param outcomes committed so far
   * @param sent so far
   * @param killsLeft whether kills are to come: a prompt is kept back for after the last
   */
  int allowed(long outcomes, int sent, Duration now, boolean killsLeft) {
    if (time.isPresent() && now.compareTo(time.get()) >= 0) {
      return sent;
    }
    long allowed = time.isPresent() ? Integer.MAX_VALUE : prompts;
    if (killsLeft && time.isEmpty() && outstanding.isPresent()) {
      allowed = beforeTheLastKill();
    }
    if (outstanding.isPresent()) {
      allowed = Math.min(allowed, outcomes + outstanding.getAsInt());
    }
    if (rate.isPresent()) {
      allowed = Math.min(allowed, (long) (rate.getAsDouble() * now.toMillis() / 1000) + 1);
    }
    return (int) Math.max(sent, allowed);
  }

  /** All but one, which is kept back; a single prompt is not. */
  private int beforeTheLastKill() {
    return Math.max(1, prompts - 1);
  }

  /** Whether no more prompts are to come. */
  boolean allSent(int sent, Duration now) {
    return time.isPresent() ? now.compareTo(time.get()) >= 0 : sent >= prompts;
  }
}
