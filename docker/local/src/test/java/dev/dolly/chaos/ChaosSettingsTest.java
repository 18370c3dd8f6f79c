package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ChaosSettingsTest {
  private static final Duration START = Duration.ZERO;

  @Test
  void soManyAreOutAsTheBoundSays() {
    ChaosSettings settings = counted(100, OptionalInt.of(10), OptionalDouble.empty());
    assertThat(settings.allowed(0, 0, START, false)).isEqualTo(10);
    assertThat(settings.allowed(7, 10, START, false)).isEqualTo(17);
    assertThat(settings.allowed(95, 98, START, false)).isEqualTo(100);
  }

  @Test
  void aBacklogComesAtOnce() {
    assertThat(counted(100, OptionalInt.empty(), OptionalDouble.empty()).allowed(0, 0, START, true))
        .isEqualTo(100);
  }

  @Test
  void theRateIsKept() {
    ChaosSettings settings = counted(100, OptionalInt.of(50), OptionalDouble.of(2));
    assertThat(settings.allowed(0, 0, Duration.ofSeconds(3), false)).isEqualTo(7);
  }

  @Test
  void onePromptIsKeptForAfterTheLastKill() {
    ChaosSettings settings = counted(20, OptionalInt.of(50), OptionalDouble.empty());
    assertThat(settings.allowed(0, 0, START, true)).isEqualTo(19);
    assertThat(settings.allowed(19, 19, START, false)).isEqualTo(20);
  }

  @Test
  void noKillWaitsForThePromptThatIsKeptBack() {
    assertThat(counted(5, OptionalInt.of(50), OptionalDouble.empty()).progress(4, START))
        .isEqualTo(1);
    ChaosSettings single = counted(1, OptionalInt.of(50), OptionalDouble.empty());
    assertThat(single.allowed(0, 0, START, true)).isEqualTo(1);
    assertThat(single.progress(1, START)).isEqualTo(1);
  }

  @Test
  void aTimeEndsTheSending() {
    ChaosSettings settings = timed(Duration.ofMinutes(30));
    assertThat(settings.allowed(40, 50, Duration.ofMinutes(29), false)).isEqualTo(50);
    assertThat(settings.allowed(45, 50, Duration.ofMinutes(29), false)).isEqualTo(55);
    assertThat(settings.allowed(45, 50, Duration.ofMinutes(30), false)).isEqualTo(50);
    assertThat(settings.allSent(50, Duration.ofMinutes(29))).isFalse();
    assertThat(settings.allSent(50, Duration.ofMinutes(30))).isTrue();
    assertThat(settings.progress(0, Duration.ofMinutes(15))).isEqualTo(0.5);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> counted(0, OptionalInt.of(1), OptionalDouble.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one prompt");
    assertThatThrownBy(() -> counted(1, OptionalInt.of(1), OptionalDouble.of(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 0");
    assertThatThrownBy(() -> timed(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 0");
  }

  private static ChaosSettings timed(Duration time) {
    return new ChaosSettings(
        1,
        0,
        Optional.of(time),
        0,
        OptionalInt.of(10),
        OptionalDouble.empty(),
        Duration.ofMinutes(5),
        START);
  }

  private static ChaosSettings counted(int prompts, OptionalInt outstanding, OptionalDouble rate) {
    return new ChaosSettings(
        1, prompts, Optional.empty(), 0, outstanding, rate, Duration.ofMinutes(5), START);
  }
}
