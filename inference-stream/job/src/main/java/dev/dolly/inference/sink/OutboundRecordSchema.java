package dev.dolly.inference.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.flink.util.Preconditions.checkArgument;

import dev.dolly.schemas.prompt.PromptPosition;
import java.util.List;
import java.util.Optional;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Hands the bytes over, with the prompt's position in a header; Kafka's own partitioner picks the
 * partition by key.
 */
public final class OutboundRecordSchema
    implements KafkaRecordSerializationSchema<OutboundRecord>, KafkaDatasetFacetProvider {
  private static final long serialVersionUID = 1L;

  private final List<String> topics;

  /**
   * @param topics all that records may go to. The sink looks on these for transactions that an
   *     earlier incarnation left open, so a topic that is missing here would keep its readers
   *     waiting after a failure
   */
  public OutboundRecordSchema(String... topics) {
    this.topics = List.of(topics);
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      OutboundRecord record, KafkaSinkContext context, Long timestamp) {
    checkArgument(
        topics.contains(record.topic()),
        "a record for topic %s came to the sink of %s",
        record.topic(),
        topics);
    // No timestamp of its own: the producer's clock says when it was written. The time of the
    // prompt, which Flink passes here, would let retention delete a late answer early.
    ProducerRecord<byte[], byte[]> sent =
        new ProducerRecord<>(record.topic(), record.key(), record.value());
    sent.headers().add(PromptPosition.HEADER, record.prompt().toString().getBytes(UTF_8));
    return sent;
  }

  @Override
  public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
    return Optional.of(
        new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(topics)));
  }
}
