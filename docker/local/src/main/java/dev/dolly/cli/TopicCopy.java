package dev.dolly.cli;

import dev.dolly.client.PartitionReader;
import dev.dolly.replay.Selection;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Copies records from topic to topic byte by byte, with their keys and headers. */
record TopicCopy(Cluster cluster, Terminal terminal) {

  /**
   * Copies; when it returns, the broker has all of them.
   *
   * @return how many
   */
  long copy(PartitionReader reader, Selection selection, String from, String to) {
    prepare(from, to);
    ProgressLine progress = new ProgressLine(terminal);
    AtomicReference<Exception> failure = new AtomicReference<>();
    long[] sent = new long[1];
    long records;
    try (KafkaProducer<byte[], byte[]> producer = cluster.producer()) {
      records =
          selection.read(
              reader,
              record -> {
                requireNone(failure, to);
                producer.send(
                    new ProducerRecord<>(to, null, record.key(), record.value(), record.headers()),
                    (place, e) -> failure.compareAndSet(null, e));
                sent[0]++;
                progress.show(() -> "%,d records".formatted(sent[0]));
              });
    }
    requireNone(failure, to);
    return records;
  }

  private void prepare(String from, String to) {
    if (!ReplayCommand.isDataset(from) || !ReplayCommand.isDataset(to)) {
      boolean same =
          TopicCatalogue.find(from)
              .map(Topic::value)
              .equals(TopicCatalogue.find(to).map(Topic::value));
      if (!same) {
        throw new CommandException(
            to + " does not hold what " + from + " holds; --as-prompts makes prompts of it");
      }
      return;
    }
    cluster.create(List.of(TopicCatalogue.dataset(to)));
  }

  private static void requireNone(AtomicReference<Exception> failure, String topic) {
    if (failure.get() != null) {
      throw new KafkaException(
          topic + " did not take a record: " + failure.get().getMessage(), failure.get());
    }
  }
}
