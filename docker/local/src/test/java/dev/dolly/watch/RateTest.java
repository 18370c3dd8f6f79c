package dev.dolly.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class RateTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Rate rate = new Rate();

  @Test
  void nothingWasWatchedYet() {
    assertThat(rate.perSecond(MINUTE)).isZero();
    assertThat(rate.parts(3)).containsExactly(0.0, 0.0, 0.0);
    rate.add(second(0), 100);
    assertThat(rate.perSecond(MINUTE)).isZero();
  }

  @Test
  void itIsTheGrowthOverTheWindow() {
    for (int second = 0; second <= 120; second++) {
      rate.add(second(second), second <= 110 ? second * 2L : 220 + (second - 110) * 10L);
    }
    assertThat(rate.perSecond(Duration.ofSeconds(5))).isEqualTo(10);
    assertThat(rate.perSecond(MINUTE)).isEqualTo((50 * 2 + 10 * 10) / 60.0);
    assertThat(rate.parts(6)).containsExactly(2.0, 2.0, 2.0, 2.0, 2.0, 10.0);
  }

  @Test
  void aShortWatchCountsAsFarAsItGoes() {
    rate.add(second(0), 0);
    rate.add(second(2), 8);
    assertThat(rate.perSecond(MINUTE)).isEqualTo(4);
    assertThat(rate.parts(30).subList(0, 29)).isEqualTo(Collections.nCopies(29, 0.0));
    assertThat(rate.parts(30).get(29)).isEqualTo(4);
  }

  @Test
  void aCountThatFallsBeginsAnew() {
    rate.add(second(0), 1000);
    rate.add(second(1), 0);
    rate.add(second(2), 3);
    assertThat(rate.perSecond(MINUTE)).isEqualTo(3);
  }

  private static Instant second(int second) {
    return Instant.ofEpochSecond(1_700_000_000L + second);
  }
}
