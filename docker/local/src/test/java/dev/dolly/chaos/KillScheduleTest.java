package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.local.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class KillScheduleTest {
  @Test
  void theSameSeedGivesTheSameKills() {
    assertThat(KillSchedule.of(7, 20)).isEqualTo(KillSchedule.of(7, 20));
    assertThat(KillSchedule.of(7, 20)).isNotEqualTo(KillSchedule.of(8, 20));
  }

  @Test
  void threeKillsMeetEveryPart() {
    for (long seed = 0; seed < 20; seed++) {
      assertThat(KillSchedule.of(seed, 3).kills())
          .extracting(Kill::part)
          .containsExactlyInAnyOrderElementsOf(Part.ofAnswers());
    }
  }

  @Test
  void theyAreSpreadOverTheRunInTheirOrder() {
    List<Double> moments = KillSchedule.of(3, 20).kills().stream().map(Kill::progress).toList();
    assertThat(moments).hasSize(20).isSorted();
    assertThat(moments.get(0)).isLessThan(0.1);
    assertThat(moments.get(19)).isBetween(0.8, 0.9);
  }

  @Test
  void noneIsNone() {
    assertThat(KillSchedule.of(3, 0).kills()).isEmpty();
  }
}
