package dev.dolly.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolly.eval.task.Task;
import org.junit.jupiter.api.Test;

class PublishedTableTest {
  @Test
  void everyRowsMeanIsThatOfItsScores() {
    assertThat(PublishedTable.ROWS)
        .hasSize(6)
        .allSatisfy(
            row -> {
              assertThat(row.scores()).containsOnlyKeys(Task.values());
              double product = row.scores().values().stream().reduce(1.0, (a, b) -> a * b);
              assertThat(Math.pow(product, 1.0 / 7)).isCloseTo(row.geometricMean(), within(1e-6));
            });
  }
}
