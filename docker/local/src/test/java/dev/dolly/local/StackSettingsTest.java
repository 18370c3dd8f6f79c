package dev.dolly.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dolly.inference.InferenceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StackSettingsTest {
  @Test
  void settingsOfTheJobReachIt() {
    StackSettings settings =
        of(
            Map.of(
                "inference.max-batch", "3",
                "inference.parallelism", "2",
                "inference.checkpoint-interval", "300 ms"));
    JobsSettings jobs = JobsSettings.of(settings.jobsOn(new Ports(1, 2, 3, 4)).toMap());
    assertThat(jobs.flinkPort()).isEqualTo(4);
    assertThat(jobs.data()).isEqualTo(settings.data());
    InferenceSettings inference = jobs.inferenceSettings();
    assertThat(inference.maxBatch()).isEqualTo(3);
    assertThat(inference.checkpointInterval()).isEqualTo(Duration.ofMillis(300));
    assertThat(inference.bootstrapServers()).isEqualTo("127.0.0.1:1");
    assertThat(inference.schemaRegistry()).startsWith("http://127.0.0.1:3/");
    assertThat(inference.parallelism()).isEqualTo(2);
    assertThat(inference.crashDirectory()).isEqualTo(settings.data().crashes().toString());
  }

  @Test
  void allProblemsAreSaidBeforeAnythingStarts() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(Map.of("inference.nonsense", "1", "inference.queue", "many")))
        .withMessageContainingAll("inference.nonsense", "inference.queue");
  }

  @Test
  void whatTheStackSetsIsNotFree() {
    for (String key :
        new String[] {
          "bootstrap-servers", "schema-registry", "model-directory", "crash-directory"
        }) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> of(Map.of("inference." + key, "x")))
          .withMessageContaining("inference." + key);
    }
  }

  private static StackSettings of(Map<String, String> inference) {
    return new StackSettings(
        new DataDirectory(Path.of("data")),
        StackSettings.PortChoice.FREE,
        Path.of("registry"),
        Path.of("model"),
        inference);
  }
}
