package dev.dolly.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopicSettingsTest {

  @Test
  void changesCountsAndTimesOfTheTopicsItNames() {
    TopicSettings settings =
        TopicSettings.parse(
            Map.of(
                "topics.replication-factor", "3",
                "topics.partitions.dolly.prompts", "32",
                "topics.retention.dolly.prompts", "12h",
                "topics.retention.dolly.responses", "forever"));

    assertThat(settings.replicationFactor()).isEqualTo((short) 3);
    Topic<?> prompts = TopicCatalogue.PROMPTS.with(settings);
    assertThat(prompts.partitions()).isEqualTo(32);
    assertThat(prompts.retention()).contains(Duration.ofHours(12));
    assertThat(TopicCatalogue.RESPONSES.with(settings).retention()).isEmpty();
    assertThat(TopicCatalogue.RESPONSES.with(settings).partitions()).isEqualTo(8);
  }

  @Test
  void defaultsChangeNothing() {
    assertThat(TopicSettings.parse(Map.of())).isEqualTo(TopicSettings.defaults());
    assertThat(TopicCatalogue.PROMPTS.with(TopicSettings.defaults()))
        .isEqualTo(TopicCatalogue.PROMPTS);
  }

  @Test
  void reportsEveryProblemAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TopicSettings.parse(
                    Map.of(
                        "topics.replication-factor", "0",
                        "topics.partitions.dolly.prompt", "8",
                        "topics.partitions.dolly.prompts", "many",
                        "topics.retention.dolly.prompts", "7",
                        "topics.compaction", "on")))
        .withMessageContainingAll(
            "topics.replication-factor: must be 1 to 32767: 0",
            "there is no topic dolly.prompt;",
            "not a whole number: many",
            "not a time such as 7d, 12h or forever: 7",
            "topics.compaction: unknown setting");
  }

  @Test
  void readsEveryUnitOfTime() {
    Map.of(
            "250ms", Duration.ofMillis(250),
            "30s", Duration.ofSeconds(30),
            "5m", Duration.ofMinutes(5),
            "2h", Duration.ofHours(2),
            "30d", Duration.ofDays(30))
        .forEach(
            (text, time) ->
                assertThat(
                        TopicSettings.parse(Map.of("topics.retention.dolly-15k", text)).retention())
                    .containsEntry("dolly-15k", Optional.of(time)));
  }
}
