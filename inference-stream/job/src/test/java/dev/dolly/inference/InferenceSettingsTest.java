package dev.dolly.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.Devices;
import dev.dolly.engine.model.DType;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
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
                CheckpointPrefixes.parse(""),
                null,
                0,
                Devices.ONE,
                1,
                32,
                32,
                256,
                0,
                false,
                Duration.ofMillis(200),
                "dolly-inference",
                "dolly-inference",
                Duration.ofHours(1),
                Duration.ofSeconds(1),
                StartingOffsets.EARLIEST,
                false,
                null,
                LostAnswers.STOP,
                Map.of()));
  }

  @Test
  void readsEveryKey() {
    Map<String, String> values = new HashMap<>(REQUIRED);
    values.putAll(
        Map.ofEntries(
            Map.entry("inference.model-name", "dolly"),
            Map.entry("inference.model-version", "run-000100"),
            Map.entry("inference.checkpoint-prefixes", "/runs/, s3://bucket/a%20b"),
            Map.entry("inference.dtype", "bfloat16"),
            Map.entry("inference.threads", "3"),
            Map.entry("inference.devices", "cpu:2"),
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
            Map.entry("inference.crash-directory", "/data/crashes"),
            Map.entry("inference.lost-answers", "accept"),
            Map.entry("engine.deterministic", "true"),
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
                CheckpointPrefixes.parse("/runs,s3://bucket/a b"),
                DType.BFLOAT16,
                3,
                new Devices(2),
                2,
                8,
                4,
                64,
                64L << 20,
                true,
                Duration.ZERO,
                "g",
                "t",
                Duration.ofMinutes(15),
                Duration.ofMillis(250),
                StartingOffsets.LATEST,
                true,
                "/data/crashes",
                LostAnswers.ACCEPT,
                Map.of("security.protocol", "SASL_SSL")));
    assertThat(settings.admissionLimit()).isEqualTo(12);
  }

  @Test
  void reportsEveryProblemAtOnce() {
    assertThatThrownBy(
            () ->
                InferenceSettings.of(
                    Map.ofEntries(
                        Map.entry("inference.schema-registry", "http://127.0.0.1:8085"),
                        Map.entry("inference.model-directory", " "),
                        Map.entry("inference.max-batch", "0"),
                        Map.entry("inference.devices", "gpu:8"),
                        Map.entry("inference.dtype", "float16"),
                        Map.entry("inference.chunk-interval", "soon"),
                        Map.entry("inference.transaction-timeout", "500 ms"),
                        Map.entry("inference.kafka.isolation.level", "read_uncommitted"),
                        Map.entry("inference.lost-answers", "ignore"),
                        Map.entry("engine.deterministic", "1"),
                        Map.entry("inference.maxbatch", "5"))))
        .isInstanceOfSatisfying(
            InvalidSettingsException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "inference.bootstrap-servers is missing",
                        "inference.model-directory is missing",
                        "inference.model-name is missing",
                        "inference.max-batch must be 1 to 1024: 0",
                        "inference.devices must be cpu or cpu:N: gpu:8",
                        "inference.dtype must be float32, bfloat16 or int8: float16",
                        "engine.deterministic must be true or false: 1",
                        "inference.lost-answers must be stop or accept: ignore",
                        "inference.chunk-interval must be a time such as 200 ms: soon",
                        "inference.transaction-timeout must exceed the checkpoint interval: 500 ms",
                        "inference.kafka.isolation.level is not free: the job depends on its own"
                            + " value",
                        "inference.maxbatch is not a setting of this job"));
  }

  @Test
  void hasAnUpperBoundForEachCountSoThatNoSumOverflows() {
    String most = Integer.toString(Integer.MAX_VALUE);
    Map<String, String> values = new HashMap<>(REQUIRED);
    List.of("threads", "parallelism", "max-batch", "queue", "prefill-chunk")
        .forEach(key -> values.put("inference." + key, most));
    assertThatThrownBy(() -> InferenceSettings.of(values))
        .isInstanceOfSatisfying(
            InvalidSettingsException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "inference.threads must be 0 to 1024: " + most,
                        "inference.parallelism must be 1 to 128: " + most,
                        "inference.max-batch must be 1 to 1024: " + most,
                        "inference.queue must be 0 to 100000: " + most,
                        "inference.prefill-chunk must be 1 to 65536: " + most));
    values.putAll(
        Map.of(
            "inference.threads", "1024",
            "inference.parallelism", "128",
            "inference.max-batch", "1024",
            "inference.queue", "100000",
            "inference.prefill-chunk", "65536"));
    assertThat(InferenceSettings.of(values).admissionLimit()).isEqualTo(101_024);
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
