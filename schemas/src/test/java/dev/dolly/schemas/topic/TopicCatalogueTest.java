package dev.dolly.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TopicCatalogueTest {

  private static final String DAY = "86400000";

  /** Scripts and other teams rely on this table: a change here is a change of the contract. */
  @Test
  void isTheAgreedTable() {
    List<String> table =
        TopicCatalogue.all().stream()
            .map(
                t ->
                    "%s | %s | %d | %s | %s"
                        .formatted(
                            t.name(),
                            t.key(),
                            t.partitions(),
                            t.config().get("retention.ms"),
                            t.config().get("max.message.bytes")))
            .toList();
    assertThat(table)
        .containsExactly(
            "dolly.prompts.raw | any or none | 8 | " + ms(7) + " | 1048588",
            "dolly.prompts | request_id | 8 | " + ms(7) + " | 1114124",
            "dolly.responses | request_id | 8 | " + ms(30) + " | 8388608",
            "dolly.response-chunks | request_id | 8 | " + DAY + " | 1048588",
            "dolly.dead-letters | request_id, else origin | 8 | " + ms(30) + " | 1114124",
            "dolly-15k | record id | 4 | -1 | 1048588",
            "dolly.checkpoints | model name | 1 | -1 | 1048588",
            "dolly.training-metrics | run_id | 1 | -1 | 1048588",
            "dolly.eval-results | model version | 1 | -1 | 1048588");
  }

  private static String ms(int days) {
    return Long.toString(days * Long.parseLong(DAY));
  }

  @Test
  void noTopicIsCompacted() {
    assertThat(TopicCatalogue.all())
        .allMatch(topic -> topic.config().get("cleanup.policy").equals("delete"));
  }

  @Test
  void everyTopicButTheRawOneHasASubject() {
    assertThat(TopicCatalogue.avro())
        .hasSize(TopicCatalogue.all().size() - 1)
        .allMatch(topic -> topic.subject().equals(topic.name() + "-value"));
  }

  @Test
  void findsByName() {
    assertThat(TopicCatalogue.find("dolly.prompts")).contains(TopicCatalogue.PROMPTS);
    assertThat(TopicCatalogue.find("dolly.prompt")).isEmpty();
  }
}
