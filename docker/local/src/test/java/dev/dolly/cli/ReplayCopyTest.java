package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies of topics of a real broker. */
@Timeout(300)
class ReplayCopyTest {
  @TempDir private static Path stack;
  private static BrokerAndRegistry running;

  @BeforeAll
  static void start() {
    running = new BrokerAndRegistry(stack.resolve("data"));
    Invocation created =
        Invocation.of("", "topics", "create", "--bootstrap", running.cluster.bootstrap());
    assertThat(created.code()).as(created.err()).isZero();
    running.cluster.create(TopicCatalogue.avro()); // their schemas
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void aCopyIsATopicLikeItsSource() throws Exception {
    RecordSerde<Prompt> serde =
        new RecordSerde<>(TopicCatalogue.PROMPTS, running.cluster.schemas());
    Prompt first = Prompt.newBuilder().setRequestId("twice").setInstruction("a").build();
    Prompt second = Prompt.newBuilder(first).setInstruction("b").build();
    send("dolly.prompts", serde.encode(first), serde.encode(second));

    copy("dolly.prompts", "kept", 2);

    Topic<Prompt> kept = TopicCatalogue.PROMPTS.named("kept");
    assertThat(running.records(kept)).containsExactly(first, second);
    // With a schema of its own: who writes there finds it.
    assertThat(new RecordSerde<>(kept, running.cluster.schemas()).encode(first)).isNotEmpty();
    try (Admin admin = running.cluster.admin()) {
      assertThat(
              admin.describeTopics(List.of("kept")).allTopicNames().get().get("kept").partitions())
          .hasSize(8);
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "kept");
      assertThat(
              admin
                  .describeConfigs(List.of(resource))
                  .all()
                  .get()
                  .get(resource)
                  .get("retention.ms")
                  .value())
          .isEqualTo(kept.config().get("retention.ms"));
    }
    copy("kept", "kept-again", 2); // both of the key: it is no dataset's
    copy("kept-again", "dolly.prompts", 2);
    assertRefused("kept", "dolly.responses");
    assertRefused("kept", "dolly.prompts.raw");
    assertRefused("dolly.responses", "kept");
    assertRefused("dolly.prompts", "dolly.responses");
  }

  @Test
  void jsonIsCopiedThereAndBack() throws Exception {
    byte[] json = "{\"instruction\": \"a\"}".getBytes(UTF_8);
    send("dolly.prompts.raw", json, json);
    copy("dolly.prompts.raw", "raw-kept", 2);
    assertThat(running.raw("raw-kept")).extracting(ConsumerRecord::value).contains(json, json);
    copy("raw-kept", "dolly.prompts.raw", 2);
    assertThat(running.raw("dolly.prompts.raw")).hasSize(4);
    assertRefused("raw-kept", "dolly-15k");
  }

  private static void send(String topic, byte[]... values) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = running.cluster.producer()) {
      for (byte[] value : values) {
        producer.send(new ProducerRecord<>(topic, "twice".getBytes(UTF_8), value)).get();
      }
    }
  }

  private static void copy(String from, String to, int records) throws Exception {
    Invocation done = running.run("replay", from, "--to", to);
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.lines().get(0).path("records").asInt()).isEqualTo(records);
  }

  private static void assertRefused(String from, String to) {
    Invocation done = running.run("replay", from, "--to", to);
    assertThat(done.code()).isEqualTo(1);
    assertThat(done.err()).contains(to + " does not hold what " + from + " holds");
  }
}
