package dev.dolly.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.model.DType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InferenceSettingsTest {
  private static final Map<String, String> REQUIRED =
      Map.of(
          "inference.bootstrap-servers", "127.0.0.1:9092",
          "inference.schema-registry", "http://127.0.0.1:8085",
          "inference.model-directory", "/models/dolly-v2-3b/");

  @Test
  void hasADefaultForWhatIsNotRequired() {
    assertThat(InferenceSettings.of(REQUIRED))
        .isEqualTo(
            new InferenceSettings(
                "127.0.0.1:9092",
                "http://127.0.0.1:8085",
                "/models/dolly-v2-3b/",
                "dolly-v2-3b",
                null,
                null,
                0,
                1,
                32,
                32,
                256,
                0,
                Duration.ofMillis(200),
                "dolly-inference",
                "dolly-inference",
                Duration.ofHours(1),
                Duration.ofSeconds(1),
                StartingOffsets.EARLIEST,
                false,
                Map.of()));
  }

  @Test
  void readsEveryKey() {
    Map<String, String> values = new HashMap<>(REQUIRED);
    values.putAll(
        Map.ofEntries(
            Map.entry("inference.model-name", "dolly"),
            Map.entry("inference.model-version", "run-000100"),
            Map.entry("inference.dtype", "bfloat16"),
            Map.entry("inference.threads", "3"),
            Map.entry("inference.parallelism", "2"),
            Map.entry("inference.max-batch", "8"),
            Map.entry("inference.queue", "4"),
            Map.entry("inference.prefill-chunk", "64"),
            Map.entry("inference.cache-size", "64 mb"),
            Map.entry("inference.chunk-interval", "0 ms"),
            Map.entry("inference.group-id", "g"),
            Map.entry("inference.transactional-id-prefix", "t"),
            Map.entry("inference.transaction-timeout", "15 min"),
            Map.entry("inference.checkpoint-interval", "250 ms"),
            Map.entry("inference.starting-offsets", "latest"),
            Map.entry("inference.bounded", "true"),
            Map.entry("inference.kafka.security.protocol", "SASL_SSL")));
    InferenceSettings settings = InferenceSettings.of(values);
    assertThat(settings)
        .isEqualTo(
            new InferenceSettings(
                "127.0.0.1:9092",
                "http://127.0.0.1:8085",
                "/models/dolly-v2-3b/",
                "dolly",
                "run-000100",
                DType.BFLOAT16,
                3,
                2,
                8,
                4,
                64,
                64L << 20,
                Duration.ZERO,
                "g",
                "t",
                Duration.ofMinutes(15),
                Duration.ofMillis(250),
                StartingOffsets.LATEST,
                true,
                Map.of("security.protocol", "SASL_SSL")));
    assertThat(settings.admissionLimit()).isEqualTo(12);
  }

  @Test
  void reportsEveryProblemAtOnce() {
    assertThatThrownBy(
            () ->
                InferenceSettings.of(
                    Map.of(
                        "inference.schema-registry", "http://127.0.0.1:8085",
                        "inference.model-directory", " ",
                        "inference.max-batch", "0",
                        "inference.dtype", "float16",
                        "inference.bounded", "yes",
                        "inference.chunk-interval", "soon",
                        "inference.transaction-timeout", "500 ms",
                        "inference.kafka.isolation.level", "read_uncommitted",
                        "inference.maxbatch", "5")))
        .isInstanceOfSatisfying(
            InvalidSettingsException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "inference.bootstrap-servers is missing",
                        "inference.model-directory is missing",
                        "inference.model-name is missing",
                        "inference.max-batch must be at least 1: 0",
                        "inference.dtype must be float32 or bfloat16: float16",
                        "inference.bounded must be true or false: yes",
                        "inference.chunk-interval must be a time such as 200 ms: soon",
                        "inference.transaction-timeout must exceed the checkpoint interval: 500 ms",
                        "inference.kafka.isolation.level is not free: the job depends on its own"
                            + " value",
                        "inference.maxbatch is not a setting of this job"));
  }

  @Test
  void travelsToTheTasks() throws Exception {
    InferenceSettings settings = InferenceSettings.of(REQUIRED);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(settings);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(settings);
    }
  }
}
