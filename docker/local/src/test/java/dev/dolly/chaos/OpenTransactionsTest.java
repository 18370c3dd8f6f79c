package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.local.EmbeddedBroker;
import dev.dolly.local.Ports;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicCreation;
import dev.dolly.schemas.topic.TopicSettings;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class OpenTransactionsTest {
  @TempDir private Path directory;

  @Test
  void aTransactionIsSeenUntilItEnds() throws Exception {
    Ports ports = Ports.anyFree();
    try (EmbeddedBroker broker =
            EmbeddedBroker.start(directory, ports.broker(), ports.controller());
        Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrap()));
        OpenTransactions transactions = new OpenTransactions(broker.bootstrap());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", "a"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      TopicCreation.createMissing(admin, TopicCatalogue.all(), TopicSettings.defaults());
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(response()).get();
      producer.commitTransaction();
      awaitNone(transactions);

      producer.beginTransaction();
      producer.send(response()).get();
      // The record and the mark of the transaction before it.
      assertThat(transactions.look())
          .containsExactly(
              "a transaction is open on dolly.responses-3: committed to offset 2, written to 3");

      producer.abortTransaction();
      awaitNone(transactions);
    }
  }

  /** The mark of a transaction's end follows the answer to its producer. */
  private static void awaitNone(OpenTransactions transactions) throws InterruptedException {
    while (!transactions.look().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  private static ProducerRecord<byte[], byte[]> response() {
    return new ProducerRecord<>(TopicCatalogue.RESPONSES.name(), 3, null, new byte[] {1});
  }
}
