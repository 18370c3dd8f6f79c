package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MemoryLogTest {
  private final MemoryLog log = new MemoryLog(Duration.ofMinutes(1));

  @Test
  void driftIsFromTheFirstWarmMinuteToTheLast() {
    for (int second = 0; second <= 600; second += 10) {
      log.resident(Duration.ofSeconds(second), 1, second < 60 ? 10 : 1000 + second / 60);
    }
    MemoryFigures figures = log.figures();
    assertThat(figures.residentByMinute()).hasSize(11).startsWith(10L, 1001L).endsWith(1010L);
    assertThat(figures.residentDriftPercent().orElseThrow())
        .isCloseTo(100 * (1009.2 - 1001) / 1001, Offset.offset(0.1));
  }

  @Test
  void aProcessThatWasKilledDoesNotCount() {
    for (int second = 0; second <= 600; second += 10) {
      log.resident(Duration.ofSeconds(second), second < 200 ? 1 : 2, second < 200 ? 500 : 1000);
    }
    assertThat(log.figures().residentDriftPercent()).hasValue(0);
  }

  @Test
  void twoMinutesAfterTheWarmUpAreNeeded() {
    for (int second = 0; second <= 150; second += 10) {
      log.resident(Duration.ofSeconds(second), 1, 1000);
    }
    assertThat(log.figures().residentDriftPercent()).isEmpty();
    assertThat(log.figures().residentByMinute()).containsExactly(1000L, 1000L, 1000L);
  }
}
