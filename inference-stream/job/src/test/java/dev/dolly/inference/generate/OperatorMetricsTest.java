package dev.dolly.inference.generate;

import static dev.dolly.inference.generate.PromptRecords.greedy;
import static dev.dolly.inference.generate.PromptRecords.sampled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.TestRegistry;
import dev.dolly.inference.metrics.InferenceMetric;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.View;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the metrics of a running operator say. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("try") // close() of the task throws Exception
class OperatorMetricsTest {
  private final TestRegistry server = new TestRegistry();
  private final PatientRegistry registry =
      new PatientRegistry(SchemaRegistries.connect(server.url()));
  private final PromptRecords records =
      new PromptRecords(new RecordSerde<>(TopicCatalogue.PROMPTS, registry));
  private final Delivered delivered = new Delivered(registry);

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void sayWhatGoesOnAndWhatWasDone() throws Exception {
    OperatorSubtaskState state;
    try (GenerateTask task =
        new GenerateTask(server, delivered, null, Map.of("max-batch", "2", "queue", "2"))) {
      assertThat(task.metrics)
          .containsKeys(
              "finish.LENGTH.responses",
              "finish.CANCELLED.responses",
              "code.TOO_LARGE.deadLetters");
      for (InferenceMetric metric : InferenceMetric.values()) {
        assertThat(task.metrics.keySet())
            .as("%s", metric)
            .anyMatch(name -> name.equals(metric.metricName()));
      }
      task.feed(
          List.of(
              records.of(sampled("a", "Why donuts have holes?", 300, 1L)),
              records.of(sampled("b", "Why donuts have holes?", 300, 2L)),
              records.of(sampled("c", "Why?", 300, 3L)),
              records.of(greedy("d", " ", null, 3))));
      task.runUntil(() -> !delivered.chunksOf("b").isEmpty());

      assertThat(gauge(task, "requestsInFlight")).isEqualTo(3);
      assertThat(gauge(task, "requestsRunning")).isEqualTo(2);
      assertThat(gauge(task, "requestsWaiting")).isEqualTo(1);
      assertThat(gauge(task, "batchSize")).isBetween(1, 2);
      assertThat(gauge(task, "batchCapacity")).isEqualTo(2);
      assertThat(gauge(task, "kvCacheTokens"))
          .isPositive()
          .isLessThan(gauge(task, "kvCacheCapacity"));
      assertThat(gauge(task, "nativeTensors")).isPositive();
      assertThat(gauge(task, "residentBytes")).isNotNegative();
      assertThat(gauge(task, "transactionTimeout")).isEqualTo(3_600_000);
      assertThat(gauge(task, "checkpointAge")).isBetween(0, 60_000);
      assertThat(count(task, "modelLoads")).isEqualTo(1);
      assertThat(count(task, "deadLetters")).isEqualTo(1);
      assertThat(count(task, "code.EMPTY_INSTRUCTION.deadLetters")).isEqualTo(1);
      assertThat(count(task, "resumedTokens")).isZero();
      state = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
      task.finish();
      assertThat(gauge(task, "requestsInFlight")).isZero();
      assertThat(count(task, "responses")).isEqualTo(3);
      assertThat(
              count(task, "finish.LENGTH.responses")
                  + count(task, "finish.END.responses")
                  + count(task, "finish.EOS.responses"))
          .isEqualTo(3);
      int prompts = delivered.responses.stream().mapToInt(r -> r.getPromptTokens()).sum();
      int generated = delivered.responses.stream().mapToInt(r -> r.getGeneratedTokens()).sum();
      assertThat(count(task, "prefillTokens")).isEqualTo(prompts);
      assertThat(count(task, "generatedTokens")).isEqualTo(generated);
      assertThat(rate(task, "prefillTokensPerSecond")).isPositive();
      assertThat(rate(task, "decodeTokensPerSecond")).isPositive();
      assertThat(rate(task, "responsesPerSecond")).isPositive();
      for (String times : List.of("queueTime", "timeToFirstToken")) {
        assertThat(histogram(task, times).getCount()).isEqualTo(3);
        assertThat(histogram(task, times).getStatistics().getMin()).isNotNegative();
      }
      assertThat(histogram(task, "timeToFirstToken").getStatistics().getMax())
          .isGreaterThanOrEqualTo(histogram(task, "queueTime").getStatistics().getMax());
      assertThat(histogram(task, "timeBetweenTokens").getCount()).isGreaterThan(200);
    }
    try (GenerateTask task = new GenerateTask(server, delivered, state)) {
      assertThat(count(task, "resumedTokens")).isPositive();
    }
  }

  private static int gauge(GenerateTask task, String name) {
    return (int)
        Math.min(
            Integer.MAX_VALUE,
            ((Number) ((Gauge<?>) task.metrics.get(name)).getValue()).longValue());
  }

  private static long count(GenerateTask task, String name) {
    return ((Counter) task.metrics.get(name)).getCount();
  }

  private static double rate(GenerateTask task, String name) {
    ((View) task.metrics.get(name)).update(); // what Flink does every five seconds
    return ((Meter) task.metrics.get(name)).getRate();
  }

  private static Histogram histogram(GenerateTask task, String name) {
    return (Histogram) task.metrics.get(name);
  }
}
