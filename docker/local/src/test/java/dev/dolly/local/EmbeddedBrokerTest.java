package dev.dolly.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class EmbeddedBrokerTest {
  @TempDir private Path directory;

  @Test
  void recordsAreThereAgainOnOtherPorts() throws Exception {
    Ports first = Ports.anyFree();
    try (EmbeddedBroker broker =
            EmbeddedBroker.start(directory, first.broker(), first.controller());
        Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrap()));
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()),
                new StringSerializer(),
                new StringSerializer())) {
      admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1))).all().get();
      producer.send(new ProducerRecord<>("kept", "value")).get();
    }

    Ports second = Ports.anyFree();
    try (EmbeddedBroker broker =
            EmbeddedBroker.start(directory, second.broker(), second.controller());
        KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
      consumer.assign(List.of(new TopicPartition("kept", 0)));
      ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(30));
      assertThat(records).singleElement().satisfies(r -> assertThat(r.value()).isEqualTo("value"));
    }
  }

  @Test
  void aTakenPortIsNamedWithTheWayOut() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(Ports.HOST))) {
      assertThatThrownBy(() -> Ports.require("the broker", taken.getLocalPort()))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("--free-ports");
    }
  }
}
