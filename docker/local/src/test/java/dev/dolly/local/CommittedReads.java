package dev.dolly.local;

import java.util.Map;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Tells when a consumer that waits for commits has read something. Kafka makes it by its name. */
public final class CommittedReads implements ConsumerInterceptor<byte[], byte[]> {
  /** One for each time. */
  static final Semaphore SEEN = new Semaphore(0);

  private boolean committedOnly;

  @Override
  public void configure(Map<String, ?> configs) {
    committedOnly = "read_committed".equals(configs.get(ConsumerConfig.ISOLATION_LEVEL_CONFIG));
  }

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
    if (committedOnly) {
      SEEN.release();
    }
    return records;
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void close() {}
}
