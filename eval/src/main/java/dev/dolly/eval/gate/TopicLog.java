package dev.dolly.eval.gate;

import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is committed on a topic of one partition, from its beginning on. One thread; the consumer
 * stays the caller's.
 *
 * @param <T> the record's class
 */
final class TopicLog<T extends SpecificRecord> {
  private static final Logger LOG = LoggerFactory.getLogger(TopicLog.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final RecordSerde<T> serde;
  private final Consumer<Entry<T>> reader;

  /** A record, where it lies, and its bytes. */
  record Entry<T>(long offset, byte[] bytes, T value) {}

  /**
   * @param consumer that reads committed records only, and nothing else
   * @param reader takes every record
   */
  TopicLog(
      KafkaConsumer<byte[], byte[]> consumer,
      Topic<T> topic,
      RecordSerde<T> serde,
      Consumer<Entry<T>> reader) {
    this.consumer = consumer;
    this.partition = new TopicPartition(topic.name(), 0);
    this.serde = serde;
    this.reader = reader;
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
  }

  TopicPartition partition() {
    return partition;
  }

  /** Reads on to where the topic ends now. */
  void catchUp() {
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    while (consumer.position(partition) < end) {
      await(POLL);
    }
  }

  /** Reads on until the record at an offset that is committed is read. */
  void readPast(long offset) {
    while (consumer.position(partition) <= offset) {
      await(POLL);
    }
  }

  /** Reads on; waits that long for something to read. */
  void await(Duration longest) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(longest)) {
      if (record.value() == null) {
        continue; // nobody writes such, and it would say nothing
      }
      Decoded<T> decoded = serde.decode(record.value());
      if (decoded instanceof Decoded.Value<T> value) {
        reader.accept(new Entry<>(record.offset(), record.value(), value.record()));
      } else {
        LOG.warn("{}@{} is passed over: {}", partition, record.offset(), decoded);
      }
    }
  }
}
