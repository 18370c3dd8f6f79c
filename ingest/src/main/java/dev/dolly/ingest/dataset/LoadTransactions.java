package dev.dolly.ingest.dataset;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * What one loader writes, so many records a transaction: the rest of them come with {@link
 * #commit}, and what was not committed nobody reads. One thread.
 */
final class LoadTransactions {
  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final int records;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final Map<TopicPartition, Long> ends = new ConcurrentHashMap<>();
  private int pending;

  /**
   * @param producer with a transactional id, initialised; the caller's
   * @param topic for messages
   * @param records of a transaction
   */
  LoadTransactions(Producer<byte[], byte[]> producer, String topic, int records) {
    this.producer = producer;
    this.topic = topic;
    this.records = records;
  }

  void send(ProducerRecord<byte[], byte[]> record) {
    attempt(
        () -> {
          if (pending == 0) {
            producer.beginTransaction();
          }
          pending++;
          producer.send(record, (place, e) -> sent(place, e));
        });
    if (pending == records || failure.get() != null) {
      commit();
    }
  }

  /** On the producer's thread. */
  private void sent(RecordMetadata place, Exception e) {
    failure.compareAndSet(null, e);
    if (e == null) {
      ends.merge(
          new TopicPartition(place.topic(), place.partition()), place.offset() + 1, Math::max);
    }
  }

  /** The offset behind the last record that was written, by partition. */
  Map<TopicPartition, Long> ends() {
    return Map.copyOf(ends);
  }

  /** Commits what there is. */
  void commit() {
    if (pending > 0) {
      pending = 0;
      attempt(producer::commitTransaction);
    }
  }

  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (KafkaException e) {
      Exception cause = failure.get() == null ? e : failure.get();
      if (Stream.of(e, e.getCause(), cause).anyMatch(LoadTransactions::isFenced)) {
        throw new LoaderFencedException(topic, e);
      }
      throw new KafkaException("topic " + topic + " did not take it: " + cause.getMessage(), e);
    }
  }

  private static boolean isFenced(Throwable e) {
    return e instanceof ProducerFencedException || e instanceof InvalidProducerEpochException;
  }
}
