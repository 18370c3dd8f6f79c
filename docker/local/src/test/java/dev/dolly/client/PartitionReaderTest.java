package dev.dolly.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.local.EmbeddedBroker;
import dev.dolly.local.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PartitionReaderTest {
  /** More than is fetched before the first is handed over. */
  private static final int RECORDS = 100;

  @TempDir private Path directory;

  @Test
  void aBrokerThatGoesAwayMidwayIsNotWaitedForWithoutEnd() throws Exception {
    Ports ports = Ports.anyFree();
    TopicPartition partition = new TopicPartition("topic", 0);
    EmbeddedBroker broker = EmbeddedBroker.start(directory, ports.broker(), ports.controller());
    try (PartitionReader reader = new PartitionReader(broker.bootstrap(), Duration.ofSeconds(2))) {
      fill(broker.bootstrap());

      assertThatThrownBy(
              () -> reader.read(partition, new StartingPoint.Earliest(), record -> broker.close()))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("the broker at " + broker.bootstrap() + " went away: topic-0");
    } finally {
      broker.close();
    }
  }

  private static void fill(String bootstrap) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrap));
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      admin.createTopics(List.of(new NewTopic("topic", 1, (short) 1))).all().get();
      for (int i = 0; i < RECORDS; i++) {
        producer.send(new ProducerRecord<>("topic", new byte[100_000])).get();
      }
    }
  }
}
