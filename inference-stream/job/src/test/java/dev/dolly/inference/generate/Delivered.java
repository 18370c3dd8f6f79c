package dev.dolly.inference.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/** What came out, read as a consumer reads it. */
final class Delivered implements Outlet {
  final List<Response> responses = new ArrayList<>();
  final List<DeadLetter> deadLetters = new ArrayList<>();
  final List<ResponseChunk> chunks = new ArrayList<>();
  int left;
  private final RecordSerde<Response> responseSerde;
  private final RecordSerde<DeadLetter> deadLetterSerde;
  private final RecordSerde<ResponseChunk> chunkSerde;

  Delivered(PatientRegistry registry) {
    responseSerde = new RecordSerde<>(TopicCatalogue.RESPONSES, registry);
    deadLetterSerde = new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, registry);
    chunkSerde = new RecordSerde<>(TopicCatalogue.RESPONSE_CHUNKS, registry);
  }

  @Override
  public void answer(OutboundRecord record) {
    if (record.topic().equals(TopicCatalogue.RESPONSES.name())) {
      Response response = read(TopicCatalogue.RESPONSES, responseSerde, record);
      assertThat(new String(record.key(), UTF_8)).isEqualTo(response.getRequestId());
      if (response.getOrigin().getTopic().equals(record.prompt().topic())) {
        assertThat(record.prompt().offset()).isEqualTo(response.getOrigin().getOffset());
      }
      responses.add(response);
    } else {
      DeadLetter letter = read(TopicCatalogue.DEAD_LETTERS, deadLetterSerde, record);
      assertThat(record.prompt())
          .isEqualTo(
              new PromptPosition(
                  letter.getOrigin().getSource(),
                  letter.getOrigin().getPartition(),
                  letter.getOrigin().getOffset()));
      deadLetters.add(letter);
    }
  }

  @Override
  public void chunk(OutboundRecord record) {
    chunks.add(read(TopicCatalogue.RESPONSE_CHUNKS, chunkSerde, record));
  }

  @Override
  public void left() {
    left++;
  }

  private static <T extends SpecificRecord> T read(
      Topic<T> topic, RecordSerde<T> serde, OutboundRecord record) {
    assertThat(record.topic()).isEqualTo(topic.name());
    return ((Decoded.Value<T>) serde.decode(record.value())).record();
  }

  Response response(String id) {
    List<Response> all = responses.stream().filter(r -> r.getRequestId().equals(id)).toList();
    assertThat(all).as("responses to %s", id).hasSize(1);
    return all.get(0);
  }

  Map<String, String> texts() {
    return responses.stream().collect(Collectors.toMap(Response::getRequestId, Response::getText));
  }

  List<ResponseChunk> chunksOf(String id) {
    return chunks.stream().filter(chunk -> chunk.getRequestId().equals(id)).toList();
  }

  /**
   * The text by the contract's rule: a chunk of a higher attempt at an index voids all lower
   * attempts' chunks from there on. The order of arrival plays no part.
   */
  String rebuilt(String id) {
    NavigableMap<Integer, String> valid = new TreeMap<>();
    chunksOf(id).stream()
        .sorted(
            Comparator.comparingLong(ResponseChunk::getAttempt)
                .thenComparingInt(ResponseChunk::getIndex))
        .forEach(
            chunk -> {
              valid.tailMap(chunk.getIndex(), true).clear();
              valid.put(chunk.getIndex(), chunk.getText());
            });
    int next = 0;
    for (int index : valid.keySet()) {
      assertThat(index).as("chunks of %s without a gap", id).isEqualTo(next++);
    }
    return String.join("", valid.values());
  }
}
