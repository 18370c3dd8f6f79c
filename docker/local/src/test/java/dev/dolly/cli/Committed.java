package dev.dolly.cli;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What is committed on a cluster's topics now. */
final class Committed {
  private Committed() {}

  /** All of a topic; the records without value as well. */
  static List<ConsumerRecord<byte[], byte[]>> on(Cluster cluster, String topic) {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (TopicReader reader =
        new TopicReader(
            cluster.bootstrap(),
            List.of(topic),
            new StartingPoint.Earliest(),
            TopicReader.PATIENCE)) {
      reader.readToEnd(all::add);
    }
    return all;
  }

  /** The same, decoded, without those that have no value. */
  static <T extends SpecificRecord> List<T> records(Cluster cluster, Topic<T> topic) {
    RecordSerde<T> serde = new RecordSerde<>(topic, cluster.schemas());
    return on(cluster, topic.name()).stream()
        .filter(record -> record.value() != null)
        .map(record -> ((Decoded.Value<T>) serde.decode(record.value())).record())
        .toList();
  }
}
