package dev.dolly.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.registry.SchemaNotRegisteredException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class IngestAppTest {

  @TempDir Path directory;

  @Test
  void itsClientsCommitExactlyOnceAndAreMissedSoon() {
    assertThat(IngestApp.config(IngestSettings.of("localhost:9092", "http://localhost", directory)))
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("application.id", "dolly-ingest")
        .containsEntry("consumer.session.timeout.ms", 10_000)
        .containsEntry("consumer.heartbeat.interval.ms", 2_000)
        .containsEntry("producer.max.request.size", 1114124);
  }

  @Test
  void saysThatNoBrokerIsThereAndStopsAllTheSame() {
    IngestApp app =
        new IngestApp(IngestSettings.of("127.0.0.1:1", "http://127.0.0.1:1", directory));
    try (app) {
      app.start();
      assertThatThrownBy(() -> app.awaitRunning(Duration.ofMillis(200)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is the broker there");
    }
    assertThat(app.failure()).isEmpty();
    assertThatThrownBy(() -> app.awaitRunning(Duration.ofSeconds(1)))
        .hasMessageContaining("stopped before it was running");
  }

  @Test
  void goesOnAfterFailuresThatPass() {
    FailurePolicy policy = new FailurePolicy();

    assertThat(policy.handle(new StreamsException("send", new TimeoutException("broker away"))))
        .isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
    assertThat(policy.fatal()).isEmpty();
  }

  @Test
  void stopsAfterFailuresThatStay() {
    for (Throwable failure :
        new Throwable[] {
          new MissingSourceTopicException("dolly.prompts.raw"),
          new StreamsException(new SchemaNotRegisteredException("dolly.prompts-value", null)),
          new StreamsException(new NullPointerException())
        }) {
      FailurePolicy policy = new FailurePolicy();
      assertThat(policy.handle(failure)).isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
      assertThat(policy.fatal()).containsSame(failure);
    }
  }

  @Test
  void closingIsNoFailure() {
    FailurePolicy policy = new FailurePolicy();
    policy.expectClose();

    assertThat(policy.handle(new StreamsException("stopped while waiting")))
        .isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
    assertThat(policy.fatal()).isEmpty();
  }

  @Test
  void settingsAreReadFromKeysAndWrongOnesNamedTogether() {
    IngestSettings settings =
        IngestSettings.of(
            "b:1",
            "http://r",
            directory,
            Map.of(
                "ingest.threads", "3",
                "ingest.instance-id", "one",
                "ingest.max-metadata-bytes", "10",
                "ingest.kafka.security.protocol", "SSL"));

    assertThat(settings.threads()).isEqualTo(3);
    assertThat(settings.limits().maxMetadataBytes()).isEqualTo(10);
    Properties config = IngestApp.config(settings);
    assertThat(config)
        .containsEntry("security.protocol", "SSL")
        .containsEntry("consumer.group.instance.id", "one")
        .containsEntry("application.id", "dolly-ingest");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                IngestSettings.of(
                    "b:1",
                    "http://r",
                    directory,
                    Map.of("ingest.threads", "x", "ingest.colour", "red")))
        .withMessageContainingAll("ingest.threads must be a whole number: x", "ingest.colour");
  }

  @Test
  void reportsAllProblemsOfItsSettingsAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new IngestSettings(
                    "",
                    " ",
                    "id",
                    Optional.empty(),
                    directory,
                    0,
                    PromptLimits.defaults(),
                    Map.of()))
        .withMessageContainingAll("bootstrap", "registry", "threads must be at least 1: 0");
  }
}
