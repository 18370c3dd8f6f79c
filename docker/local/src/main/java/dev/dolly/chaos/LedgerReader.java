package dev.dolly.chaos;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Enters into a ledger all that is committed on the topics, from their beginnings. */
final class LedgerReader {
  private static final String RESPONSES = TopicCatalogue.RESPONSES.name();
  private static final String CHUNKS = TopicCatalogue.RESPONSE_CHUNKS.name();
  private static final String DEAD_LETTERS = TopicCatalogue.DEAD_LETTERS.name();
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private final String bootstrap;
  private final RecordSerde<Response> responses;
  private final RecordSerde<ResponseChunk> chunks;
  private final RecordSerde<DeadLetter> deadLetters;

  /**
   * @param registry stays the caller's
   */
  LedgerReader(String bootstrap, PatientRegistry registry) {
    this.bootstrap = bootstrap;
    responses = new RecordSerde<>(TopicCatalogue.RESPONSES, registry);
    chunks = new RecordSerde<>(TopicCatalogue.RESPONSE_CHUNKS, registry);
    deadLetters = new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, registry);
  }

  /** Reads to the end that there is now. */
  void readInto(Ledger ledger) {
    try (TopicReader reader =
        new TopicReader(
            bootstrap,
            List.of(RESPONSES, DEAD_LETTERS, CHUNKS),
            new StartingPoint.Earliest(),
            PATIENCE)) {
      reader.readToEnd(record -> enter(record, ledger));
    }
  }

  private void enter(ConsumerRecord<byte[], byte[]> record, Ledger ledger) {
    String topic = record.topic();
    if (topic.equals(CHUNKS)) {
      ledger.chunk(chunks.deserializer().deserialize(topic, record.value()));
    } else if (topic.equals(RESPONSES)) {
      ledger.response(
          responses.deserializer().deserialize(topic, record.value()), position(record));
    } else {
      ledger.deadLetter(
          deadLetters.deserializer().deserialize(topic, record.value()), position(record));
    }
  }

  private static Optional<String> position(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader("prompt");
    return header == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }
}
