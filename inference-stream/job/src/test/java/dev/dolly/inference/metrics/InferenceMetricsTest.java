package dev.dolly.inference.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.engine.batch.Step;
import dev.dolly.inference.SettableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.junit.jupiter.api.Test;

class InferenceMetricsTest {
  private final SettableClock clock = new SettableClock(1_000_000);
  private final InterceptingOperatorMetricGroup group = new InterceptingOperatorMetricGroup();
  private final InferenceMetrics metrics = new InferenceMetrics(group, clock);

  @Test
  void countTheAgeOfTheLastCheckpointFromItsCompletion() {
    Gauge<?> age = (Gauge<?>) group.get("checkpointAge");
    clock.advance(Duration.ofSeconds(5));
    assertThat(age.getValue()).isEqualTo(5_000L);
    metrics.checkpointCompleted();
    clock.advance(Duration.ofMillis(200));
    assertThat(age.getValue()).isEqualTo(200L);
  }

  @Test
  void takeTheTimeBetweenTokensFromStepsThatDecode() {
    metrics.stepped(new Step(3, 256, 0, 80_000_000));
    metrics.stepped(new Step(4, 20, 3, 40_000_000));
    Histogram between = (Histogram) group.get("timeBetweenTokens");
    assertThat(between.getCount()).isEqualTo(1);
    assertThat(between.getStatistics().getMax()).isEqualTo(40);
    assertThat(((Counter) group.get("prefillTokens")).getCount()).isEqualTo(276);
  }

  @Test
  void areTheTableInTheDocumentation() throws Exception {
    Path file = Path.of(System.getProperty("dolly.repository"), "docs/metrics.md");
    List<String> rows =
        Files.readAllLines(file).stream().filter(line -> line.startsWith("| `")).toList();
    List<String> catalogue = new ArrayList<>();
    Arrays.stream(InferenceMetric.values())
        .map(
            metric ->
                "| `%s%s` | %s | %s | %s |"
                    .formatted(
                        metric.groupKey().map(key -> key + ".<" + key + ">.").orElse(""),
                        metric.metricName(),
                        metric.kind().name().toLowerCase(java.util.Locale.ROOT),
                        metric.unit(),
                        metric.meaning()))
        .forEach(catalogue::add);
    assertThat(rows).isEqualTo(catalogue);
  }
}
