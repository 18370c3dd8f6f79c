package dev.dolly.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.local.EmbeddedBroker;
import dev.dolly.local.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class LagTest {
  @TempDir private Path directory;

  @Test
  void marksOfTransactionsDoNotCountAndRecordsThatDidNotComeYetDo() throws Exception {
    Ports ports = Ports.anyFree();
    try (EmbeddedBroker broker =
            EmbeddedBroker.start(directory, ports.broker(), ports.controller());
        Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrap()));
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", "a"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers", broker.bootstrap(),
                    "isolation.level", "read_committed",
                    "enable.auto.commit", "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
      admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
      producer.initTransactions();
      for (int i = 0; i < 2; i++) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("t", new byte[] {1}));
        producer.commitTransaction();
      }
      // Nothing comes at once; and the last mark may follow its producer a moment later.
      assertThat(new Lag(admin, consumer, Duration.ZERO).of("t", "nobody")).isIn(3L, 4L);
      Lag patient = new Lag(admin, consumer, Duration.ofMinutes(1));
      while (patient.of("t", "nobody") != 2) {
        Thread.onSpinWait();
      }
    }
  }
}
