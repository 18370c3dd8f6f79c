package dev.dolly.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.MockAdminClient;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

class TopicCreationTest {

  private static Admin cluster() {
    Node node = new Node(0, "localhost", 9092);
    MockAdminClient admin =
        MockAdminClient.create()
            .brokers(List.of(node))
            .controller(0)
            .defaultReplicationFactor((short) 1)
            .build();
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (Topic<?> topic : TopicCatalogue.all()) {
      for (int partition = 0; partition < topic.partitions(); partition++) {
        ends.put(new TopicPartition(topic.name(), partition), 0L);
      }
    }
    admin.updateEndOffsets(ends); // it knows none by itself
    return admin;
  }

  @Test
  void createsAllTopicsOfTheCatalogueAsItSays() throws Exception {
    try (Admin admin = cluster()) {
      TopicCreation creation =
          TopicCreation.createMissing(admin, TopicCatalogue.all(), TopicSettings.defaults());

      assertThat(creation.existing()).isEmpty();
      assertThat(creation.created())
          .containsExactlyElementsOf(TopicCatalogue.all().stream().map(Topic::name).toList());
      Map<String, TopicDescription> topics =
          admin.describeTopics(creation.created()).allTopicNames().get();
      for (Topic<?> topic : TopicCatalogue.all()) {
        assertThat(topics.get(topic.name()).partitions()).hasSize(topic.partitions());
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        topic
            .config()
            .forEach((key, value) -> assertThat(config.get(key).value()).isEqualTo(value));
      }
    }
  }

  @Test
  void waitsForABrokerThatHasNotHeardOfANewTopicYet() {
    Node node = new Node(0, "localhost", 9092);
    AtomicInteger asked = new AtomicInteger();
    try (Admin admin =
        new MockAdminClient(List.of(node), node) {
          @Override
          public synchronized ListOffsetsResult listOffsets(
              Map<TopicPartition, OffsetSpec> partitions, ListOffsetsOptions options) {
            KafkaFutureImpl<ListOffsetsResult.ListOffsetsResultInfo> answer =
                new KafkaFutureImpl<>();
            if (asked.incrementAndGet() < 3) {
              answer.completeExceptionally(new UnknownTopicOrPartitionException("not yet"));
            } else {
              answer.complete(new ListOffsetsResult.ListOffsetsResultInfo(0, -1, Optional.empty()));
            }
            Map<TopicPartition, KafkaFuture<ListOffsetsResult.ListOffsetsResultInfo>> answers =
                new HashMap<>();
            partitions.keySet().forEach(partition -> answers.put(partition, answer));
            return new ListOffsetsResult(answers);
          }
        }) {
      TopicCreation creation =
          TopicCreation.createMissing(
              admin, List.of(TopicCatalogue.PROMPTS), TopicSettings.defaults());
      assertThat(creation.created()).containsExactly("dolly.prompts");
      assertThat(asked).hasValue(3);
    }
  }

  @Test
  void leavesWhatIsThereAlone() throws Exception {
    try (Admin admin = cluster()) {
      TopicSettings one = TopicSettings.parse(Map.of("topics.partitions.dolly.prompts", "1"));
      TopicCreation.createMissing(admin, List.of(TopicCatalogue.PROMPTS), one);

      TopicCreation second =
          TopicCreation.createMissing(
              admin,
              List.of(TopicCatalogue.PROMPTS, TopicCatalogue.RESPONSES),
              TopicSettings.defaults());

      assertThat(second.existing()).containsExactly("dolly.prompts");
      assertThat(second.created()).containsExactly("dolly.responses");
      assertThat(
              admin
                  .describeTopics(List.of("dolly.prompts"))
                  .allTopicNames()
                  .get()
                  .get("dolly.prompts")
                  .partitions())
          .hasSize(1);
    }
  }

  @Test
  void namesTheTopicThatTheBrokerRefuses() {
    try (Admin admin = cluster()) {
      assertThatThrownBy(
              () ->
                  TopicCreation.createMissing(
                      admin,
                      List.of(TopicCatalogue.PROMPTS),
                      TopicSettings.parse(Map.of("topics.replication-factor", "3"))))
          .isInstanceOf(KafkaException.class)
          .hasMessageStartingWith("topic dolly.prompts can't be created: ");
    }
  }
}
