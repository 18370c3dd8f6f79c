package dev.dolly.schemas.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * What a run of {@link #createMissing} did.
 *
 * @param created names of the topics that are new
 * @param existing names of those that were there; they are left as they are
 */
public record TopicCreation(List<String> created, List<String> existing) {

  private static final int TIMEOUT_MS = 30_000;
  private static final int RETRY_MS = 50;

  public TopicCreation {
    created = List.copyOf(created);
    existing = List.copyOf(existing);
  }

  /**
   * Creates the topics that are not there yet; running it twice, or twice at once, does no harm.
   *
   * <p>Returns when each new partition has a leader that answers. Creation itself is acknowledged
   * sooner, and what a producer sends in between can fail for good (KAFKA-15591: its first batches
   * are refused as out of order).
   *
   * @param admin stays the caller's
   * @throws KafkaException if the broker can't be reached in 30 s or refuses a topic; the message
   *     names it
   */
  public static TopicCreation createMissing(
      Admin admin, Collection<? extends Topic<?>> topics, TopicSettings settings) {
    List<NewTopic> wanted =
        topics.stream().map(topic -> newTopic(topic.with(settings), settings)).toList();
    Map<String, KafkaFuture<Void>> results =
        admin.createTopics(wanted, new CreateTopicsOptions().timeoutMs(TIMEOUT_MS)).values();
    List<String> created = new ArrayList<>();
    List<String> existing = new ArrayList<>();
    for (NewTopic topic : wanted) {
      try {
        results.get(topic.name()).get();
        created.add(topic.name());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw new KafkaException(
              "topic " + topic.name() + " can't be created: " + e.getCause().getMessage(),
              e.getCause());
        }
        existing.add(topic.name());
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
    awaitLeaders(admin, wanted.stream().filter(topic -> created.contains(topic.name())).toList());
    return new TopicCreation(created, existing);
  }

  private static void awaitLeaders(Admin admin, List<NewTopic> topics) {
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    for (NewTopic topic : topics) {
      for (int partition = 0; partition < topic.numPartitions(); partition++) {
        partitions.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
      }
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    while (true) {
      try {
        admin.listOffsets(partitions, new ListOffsetsOptions().timeoutMs(TIMEOUT_MS)).all().get();
        return;
      } catch (ExecutionException e) {
        // The client itself gives up at once where a broker has not heard of a topic yet.
        if (!(e.getCause() instanceof RetriableException) || System.nanoTime() > end) {
          throw new KafkaException(
              "new topics have no leader yet: " + e.getCause().getMessage(), e.getCause());
        }
        pause();
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static NewTopic newTopic(Topic<?> topic, TopicSettings settings) {
    return new NewTopic(topic.name(), topic.partitions(), settings.replicationFactor())
        .configs(topic.config());
  }
}
