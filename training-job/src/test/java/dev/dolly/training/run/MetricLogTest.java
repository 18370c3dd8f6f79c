package dev.dolly.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricLogTest {
  @TempDir Path directory;

  @Test
  void whoGoesOnKeepsWhatWasMeasuredUpToThere() throws IOException {
    Path other = directory.resolve("sub/metrics.jsonl");
    try (MetricLog log = new MetricLog(directory, Optional.of(other), 0)) {
      for (int step = 1; step <= 5; step++) {
        log.add(metric(step));
      }
    }
    // as a kill leaves it
    Files.writeString(
        directory.resolve("metrics.jsonl"), "{\"step\": 6, \"lo", StandardOpenOption.APPEND);

    try (MetricLog log = new MetricLog(directory, Optional.of(other), 3)) {
      assertThat(log.all()).containsExactly(metric(1), metric(2), metric(3));
      log.add(metric(4));
    }
    assertThat(Files.readAllLines(other)).hasSize(4);
    assertThat(Files.readAllLines(other).get(1))
        .isEqualTo(
            "{\"step\":2,\"loss\":0.1,\"grad_norm\":3.0,\"lr\":1.0E-5,\"eval_loss\":0.7,"
                + "\"tokens_per_second\":20.5}");
    try (MetricLog log = new MetricLog(directory, Optional.empty(), 0)) {
      assertThat(log.all()).as("a run from its beginning").isEmpty();
    }
  }

  private static StepMetric metric(long step) {
    return new StepMetric(
        step, 0.5, 0.1, OptionalDouble.of(0.7), 3, 1e-5, 100, 20.5, 1e9, 16, 32, 1234567890123L);
  }
}
