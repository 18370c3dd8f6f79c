package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ChaosReportTest {
  @Test
  void aRightCountOfAStackAtRestIsRight() {
    assertThat(report(1, List.of()).isRight()).isTrue();
  }

  @Test
  void aStackThatDidNotComeToRestIsNotRight() {
    assertThat(report(1, List.of("no more checkpoints")).isRight()).isFalse();
  }

  @Test
  void withoutPromptsNothingIsShown() {
    assertThat(report(0, List.of()).isRight()).isFalse();
  }

  private static ChaosReport report(int prompts, List<String> faults) {
    return new ChaosReport(
        new Count(
            prompts, prompts, Map.of(), List.of(), List.of(), List.of(), List.of(), 0, 0, Map.of()),
        faults,
        List.of(),
        new CheckpointFigures(0, 0, 0, 0, 0),
        new MemoryFigures(List.of(), OptionalDouble.empty(), List.of()),
        Duration.ZERO,
        0,
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }
}
