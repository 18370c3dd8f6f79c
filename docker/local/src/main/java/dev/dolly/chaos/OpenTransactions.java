package dev.dolly.chaos;

import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds transactions that are open. One that nobody will end hides all that is written behind it
 * from whoever reads committed records, and no count of such records can tell.
 */
final class OpenTransactions implements AutoCloseable {
  private final Admin admin;

  OpenTransactions(String bootstrap) {
    admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrap));
  }

  /**
   * The partitions of the catalogue's topics with an open transaction, a line each.
   *
   * @throws KafkaException when the broker does not answer
   */
  List<String> look() throws InterruptedException {
    try {
      List<TopicPartition> partitions = partitions();
      Map<TopicPartition, ListOffsetsResultInfo> stable =
          ends(partitions, IsolationLevel.READ_COMMITTED);
      Map<TopicPartition, ListOffsetsResultInfo> written =
          ends(partitions, IsolationLevel.READ_UNCOMMITTED);
      List<String> open = new ArrayList<>();
      for (TopicPartition partition : partitions) {
        long from = stable.get(partition).offset();
        long to = written.get(partition).offset();
        if (from < to) {
          open.add(
              "a transaction is open on %s: committed to offset %d, written to %d"
                  .formatted(partition, from, to));
        }
      }
      return open;
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause().getMessage(), e.getCause());
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }

  private List<TopicPartition> partitions() throws ExecutionException, InterruptedException {
    List<String> topics = TopicCatalogue.all().stream().map(Topic::name).toList();
    return admin.describeTopics(topics).allTopicNames().get().values().stream()
        .flatMap(
            topic ->
                topic.partitions().stream()
                    .map(info -> new TopicPartition(topic.name(), info.partition())))
        .toList();
  }

  private Map<TopicPartition, ListOffsetsResultInfo> ends(
      List<TopicPartition> partitions, IsolationLevel level)
      throws ExecutionException, InterruptedException {
    return admin
        .listOffsets(
            partitions.stream()
                .collect(Collectors.toMap(Function.identity(), p -> OffsetSpec.latest())),
            new ListOffsetsOptions(level))
        .all()
        .get();
  }
}
