package dev.dolly.inference.generate;

import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** The checkpoint topic in memory, read through Kafka's own consumer for tests. */
final class ControlLog {
  private static final TopicPartition PARTITION =
      new TopicPartition(TopicCatalogue.CHECKPOINTS.name(), 0);

  /** Static, since Flink copies what makes the consumers. */
  private static final Map<Integer, ControlLog> ALL = new ConcurrentHashMap<>();

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final int number = COUNT.incrementAndGet();
  private final List<byte[]> values = new ArrayList<>(); // guarded by this

  ControlLog() {
    ALL.put(number, this);
  }

  /** Appends a record, whose offset is returned. */
  synchronized long put(byte[] value) {
    values.add(value);
    notifyAll();
    return values.size() - 1;
  }

  ControlConsumers consumers() {
    int wanted = number;
    return settings -> ALL.get(wanted).new Reader();
  }

  private final class Reader extends MockConsumer<byte[], byte[]> {
    private int given;
    private boolean woken;

    Reader() {
      super("earliest");
      synchronized (ControlLog.this) {
        updateBeginningOffsets(Map.of(PARTITION, 0L));
        updateEndOffsets(Map.of(PARTITION, (long) values.size()));
      }
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      synchronized (ControlLog.this) {
        try {
          while (given == values.size() && !woken) {
            ControlLog.this.wait();
          }
        } catch (InterruptedException e) {
          throw new InterruptException(e);
        }
        for (; given < values.size(); given++) {
          addRecord(
              new ConsumerRecord<>(PARTITION.topic(), 0, given, new byte[0], values.get(given)));
        }
      }
      return super.poll(timeout);
    }

    @Override
    public void wakeup() {
      synchronized (ControlLog.this) {
        woken = true;
        ControlLog.this.notifyAll();
      }
      super.wakeup();
    }
  }
}
