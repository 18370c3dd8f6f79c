package dev.dolly.cli;

import dev.dolly.client.PartitionReader;
import dev.dolly.replay.Selection;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
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

  /** The target is made like the source, whose schema its subject then holds too. */
  private void prepare(String from, String to) {
    Optional<String> records = cluster.recordsOf(from);
    Optional<String> held = cluster.recordsOf(to);
    boolean free = held.isEmpty() && TopicCatalogue.find(to).isEmpty();
    if (!free && !held.equals(records)) {
      throw new CommandException(
          to + " does not hold what " + from + " holds; --as-prompts makes prompts of it");
    }
    if (records.isEmpty()) {
      cluster.createOfJson(TopicCatalogue.PROMPTS_RAW.named(to));
      return;
    }
    Topic<? extends SpecificRecord> source =
        TopicCatalogue.avro().stream()
            .filter(topic -> TopicValue.recordType(topic).getName().equals(records.get()))
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandException(
                        "%s holds records of type %s, which no topic of ours does"
                            .formatted(from, records.get())));
    cluster.create(List.of(source.named(to)));
  }

  private static void requireNone(AtomicReference<Exception> failure, String topic) {
    if (failure.get() != null) {
      throw new KafkaException(
          topic + " did not take a record: " + failure.get().getMessage(), failure.get());
    }
  }
}
