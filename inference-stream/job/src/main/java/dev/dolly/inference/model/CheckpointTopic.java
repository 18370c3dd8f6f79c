package dev.dolly.inference.model;

import dev.dolly.engine.torch.PassingThread;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The checkpoint topic as one subtask reads it: from its beginning, first to where it ends at that
 * moment, then on a thread of its own whatever comes. A consumer of its own and no input of the
 * job's, so that each subtask hears of every event, and restarts alone.
 */
public final class CheckpointTopic implements AutoCloseable {
  private static final TopicPartition PARTITION =
      new TopicPartition(TopicCatalogue.CHECKPOINTS.name(), 0);
  private static final Duration POLL = Duration.ofSeconds(1);

  private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
  private final RecordSerde<CheckpointEvent> events;
  private volatile boolean closed;
  private Thread follower;

  /** Hears of what comes, on the topic's own thread. */
  public interface Listener {
    /** The next records. */
    void arrived(List<ControlRecord> records);

    /** Nothing more will come. */
    void failed(RuntimeException reason);
  }

  /**
   * @param consumer that reads committed records only; closed with this
   */
  public CheckpointTopic(
      org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer,
      RecordSerde<CheckpointEvent> events) {
    this.consumer = consumer;
    this.events = events;
  }

  /**
   * All records up to where the topic ends when this is called. Waits for them.
   *
   * @throws org.apache.kafka.common.KafkaException if the brokers cannot be asked
   */
  public List<ControlRecord> read() {
    consumer.assign(List.of(PARTITION));
    consumer.seekToBeginning(List.of(PARTITION));
    long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
    List<ControlRecord> records = new ArrayList<>();
    while (consumer.position(PARTITION) < end) {
      records.addAll(poll());
    }
    return records;
  }

  /** Goes on from there. To be called once. */
  public void follow(Listener listener) {
    follower = new Thread(() -> follow(listener::arrived, listener::failed), "dolly-checkpoints");
    follower.setDaemon(true);
    follower.start();
  }

  private void follow(Consumer<List<ControlRecord>> arrived, Consumer<RuntimeException> failed) {
    try {
      while (!closed) {
        List<ControlRecord> records = poll();
        if (!records.isEmpty()) {
          arrived.accept(records);
        }
      }
    } catch (RuntimeException e) {
      if (!closed) {
        failed.accept(e);
      }
    }
  }

  private List<ControlRecord> poll() {
    List<ControlRecord> records = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      if (record.value() != null) { // nobody writes such, and it would say nothing
        records.add(
            new ControlRecord(record.offset(), record.value(), events.decode(record.value())));
      }
    }
    return records;
  }

  /** Waits for the thread. */
  @Override
  public void close() {
    closed = true;
    if (follower != null) {
      consumer.wakeup();
      follower.interrupt(); // it may wait for the registry
      PassingThread.awaitEnd(follower);
    }
    consumer.close();
  }
}
