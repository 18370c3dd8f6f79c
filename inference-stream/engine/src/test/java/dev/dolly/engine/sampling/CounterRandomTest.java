package dev.dolly.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CounterRandomTest {
  /** Recorded requests are replayed with their seeds: the numbers may never change. */
  @Test
  void drawsArePartOfTheContract() {
    assertThat(CounterRandom.uniform(0, 0)).isEqualTo(0.8833108082136426);
    assertThat(CounterRandom.uniform(42, 7)).isEqualTo(CounterRandom.uniform(42, 7));
    assertThat(CounterRandom.uniform(42, 7)).isNotEqualTo(CounterRandom.uniform(42, 8));
    assertThat(CounterRandom.uniform(42, 7)).isNotEqualTo(CounterRandom.uniform(43, 7));
  }

  @Test
  void drawsAreUniformOverStepsAndOverSeeds() {
    double bySteps = 0;
    double bySeeds = 0;
    int[] deciles = new int[10];
    int n = 100_000;
    for (int i = 0; i < n; i++) {
      double draw = CounterRandom.uniform(-1, i);
      assertThat(draw).isGreaterThanOrEqualTo(0).isLessThan(1);
      deciles[(int) (draw * 10)]++;
      bySteps += draw / n;
      bySeeds += CounterRandom.uniform(i, 0) / n;
    }
    assertThat(bySteps).isCloseTo(0.5, within(0.005));
    assertThat(bySeeds).isCloseTo(0.5, within(0.005));
    for (int count : deciles) {
      assertThat(count / (double) n).isCloseTo(0.1, within(0.005));
    }
  }
}
