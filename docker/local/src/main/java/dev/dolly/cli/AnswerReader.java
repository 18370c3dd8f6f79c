package dev.dolly.cli;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What becomes of prompts, from the moment of opening on. Not thread safe. */
final class AnswerReader implements AutoCloseable {
  private static final String RESPONSES = TopicCatalogue.RESPONSES.name();
  private static final String CHUNKS = TopicCatalogue.RESPONSE_CHUNKS.name();
  private static final String DEAD_LETTERS = TopicCatalogue.DEAD_LETTERS.name();

  private final TopicReader reader;
  private final RecordSerde<Response> responses;
  private final RecordSerde<ResponseChunk> chunks;
  private final RecordSerde<DeadLetter> deadLetters;

  /** Something about a prompt. */
  sealed interface Event {
    /** The prompt's id; of a dead letter without one, its origin. */
    String requestId();
  }

  /** A part of an answer, not committed. */
  record Chunk(ResponseChunk chunk) implements Event {
    @Override
    public String requestId() {
      return chunk.getRequestId();
    }
  }

  /** The answer, committed. */
  record Answered(Response response) implements Event {
    @Override
    public String requestId() {
      return response.getRequestId();
    }
  }

  /** There will be no answer. */
  record Dead(DeadLetter letter) implements Event {
    @Override
    public String requestId() {
      return DeadLetters.key(letter);
    }
  }

  /**
   * @param registry stays the caller's
   * @param withChunks whether parts of answers are wanted too
   */
  AnswerReader(Cluster cluster, PatientRegistry registry, boolean withChunks) {
    responses = new RecordSerde<>(TopicCatalogue.RESPONSES, registry);
    chunks = new RecordSerde<>(TopicCatalogue.RESPONSE_CHUNKS, registry);
    deadLetters = new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, registry);
    reader =
        new TopicReader(
            cluster.bootstrap(),
            withChunks
                ? List.of(RESPONSES, DEAD_LETTERS, CHUNKS)
                : List.of(RESPONSES, DEAD_LETTERS),
            new StartingPoint.Latest(),
            TopicReader.PATIENCE);
  }

  /** What has come, waiting that long for the first. */
  List<Event> poll(Duration wait) {
    List<Event> events = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : reader.poll(wait)) {
      if (record.value() != null) {
        events.add(event(record));
      }
    }
    return events;
  }

  @Override
  public void close() {
    reader.close();
  }

  private Event event(ConsumerRecord<byte[], byte[]> record) {
    String topic = record.topic();
    if (topic.equals(RESPONSES)) {
      return new Answered(responses.deserializer().deserialize(topic, record.value()));
    }
    return topic.equals(CHUNKS)
        ? new Chunk(chunks.deserializer().deserialize(topic, record.value()))
        : new Dead(deadLetters.deserializer().deserialize(topic, record.value()));
  }
}
