package dev.dolly.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.client.PartitionReader;
import dev.dolly.client.StartingPoint;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.DatasetRange;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.ParentModel;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows an answer back: by its key within one partition, then from record to record by offset.
 * One thread; the reader stays the caller's.
 */
public final class Tracer {
  private final PartitionReader reader;
  private final PatientRegistry registry;
  private List<Found<CheckpointEvent>> events;

  public Tracer(PartitionReader reader, PatientRegistry registry) {
    this.reader = reader;
    this.registry = registry;
  }

  /**
   * Looks for a request_id.
   *
   * @param from where to begin in the partition of its key
   */
  public Trace trace(String requestId, StartingPoint from) {
    List<Trace.Answer> answers = new ArrayList<>();
    RecordSerde<Response> serde = serde(TopicCatalogue.RESPONSES);
    for (ConsumerRecord<byte[], byte[]> record : ofKey(TopicCatalogue.RESPONSES, requestId, from)) {
      decoded(serde, record).ifPresent(found -> answers.add(answer(found, record)));
    }
    var letters = found(TopicCatalogue.DEAD_LETTERS, requestId, from);
    List<Found<Prompt>> waiting =
        answers.isEmpty() && letters.isEmpty() ? waiting(requestId, from) : List.of();
    return new Trace(requestId, answers, letters, waiting);
  }

  /**
   * The records of those offsets, but for those that were retracted or replaced within them. Read
   * twice; memory is an offset each.
   *
   * @param limit of those that are handed out
   * @return how many there are
   */
  public long examples(
      List<DatasetRange> ranges, long limit, Consumer<Found<InstructionRecord>> each) {
    Map<ByteBuffer, Place> live = new HashMap<>();
    read(
        ranges,
        record -> {
          if (record.key() != null && record.value() != null) {
            live.put(ByteBuffer.wrap(record.key()), Place.of(record));
          } else if (record.key() != null) {
            live.remove(ByteBuffer.wrap(record.key()));
          }
        });
    long[] left = {limit};
    read(
        ranges,
        record -> {
          if (left[0] > 0
              && record.key() != null
              && Place.of(record).equals(live.get(ByteBuffer.wrap(record.key())))) {
            decoded(serde(TopicCatalogue.dataset(record.topic())), record).ifPresent(each);
            left[0]--;
          }
        });
    return live.size();
  }

  private void read(List<DatasetRange> ranges, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    for (DatasetRange range : ranges) {
      reader.read(
          new TopicPartition(range.getTopic(), range.getPartition()),
          range.getFromOffset(),
          range.getToOffset(),
          each);
    }
  }

  private Trace.Answer answer(Found<Response> response, ConsumerRecord<byte[], byte[]> record) {
    Origin origin = response.record().getOrigin();
    Place from = new Place(origin.getTopic(), origin.getPartition(), origin.getOffset());
    Optional<Place> promptAt =
        PromptPosition.of(record.headers())
            .map(at -> new Place(at.topic(), at.partition(), at.offset()));
    return new Trace.Answer(
        response,
        promptAt,
        promptAt.flatMap(this::prompt),
        from,
        model(response.record().getModel()));
  }

  private Optional<Found<Prompt>> prompt(Place place) {
    return reader
        .at(place.topicPartition(), place.offset())
        .flatMap(record -> decoded(serde(TopicCatalogue.PROMPTS), record));
  }

  private Trace.Model model(ModelRef ref) {
    return model(ref.getName(), ref.getVersion(), ref.getDigest(), new HashSet<>());
  }

  /**
   * @param seen digests on the way here: a circle that somebody has written ends
   */
  private Trace.Model model(String name, String version, String digest, Set<String> seen) {
    List<Found<CheckpointEvent>> own =
        events().stream()
            .filter(e -> e.record().getModel().equals(name))
            .filter(e -> e.record().getVersion().equals(version))
            .toList();
    Optional<ParentModel> parent =
        own.stream()
            .findFirst()
            .map(e -> e.record().getParent())
            .filter(p -> seen.add(p.getDigest()));
    return new Trace.Model(
        name,
        version,
        digest,
        own,
        parent.map(p -> model(p.getModel(), p.getVersion(), p.getDigest(), seen)));
  }

  /** All events there are: a model names its version, not an offset. */
  private List<Found<CheckpointEvent>> events() {
    if (events == null) {
      events = new ArrayList<>();
      RecordSerde<CheckpointEvent> serde = serde(TopicCatalogue.CHECKPOINTS);
      reader.read(
          new TopicPartition(TopicCatalogue.CHECKPOINTS.name(), 0),
          new StartingPoint.Earliest(),
          record -> decoded(serde, record).ifPresent(events::add));
    }
    return events;
  }

  /**
   * In the other partitions too: unlike answers and dead letters, prompts may come from clients
   * that place keys in another way.
   */
  private List<Found<Prompt>> waiting(String requestId, StartingPoint from) {
    List<Found<Prompt>> found = found(TopicCatalogue.PROMPTS, requestId, from);
    if (!found.isEmpty()) {
      return found;
    }
    byte[] key = requestId.getBytes(UTF_8);
    RecordSerde<Prompt> serde = serde(TopicCatalogue.PROMPTS);
    return reader.partitions(TopicCatalogue.PROMPTS.name()).stream()
        .flatMap(partition -> ofKey(partition, key, from).stream())
        .flatMap(record -> decoded(serde, record).stream())
        .toList();
  }

  private <T extends SpecificRecord> List<Found<T>> found(
      Topic<T> topic, String key, StartingPoint from) {
    RecordSerde<T> serde = serde(topic);
    return ofKey(topic, key, from).stream()
        .flatMap(record -> decoded(serde, record).stream())
        .toList();
  }

  private List<ConsumerRecord<byte[], byte[]>> ofKey(
      Topic<?> topic, String key, StartingPoint from) {
    byte[] bytes = key.getBytes(UTF_8);
    return ofKey(reader.partitionOf(topic.name(), bytes), bytes, from);
  }

  private List<ConsumerRecord<byte[], byte[]>> ofKey(
      TopicPartition partition, byte[] key, StartingPoint from) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    reader.read(
        partition,
        from,
        record -> {
          if (Arrays.equals(record.key(), key)) {
            records.add(record);
          }
        });
    return records;
  }

  private <T extends SpecificRecord> RecordSerde<T> serde(Topic<T> topic) {
    return new RecordSerde<>(topic, registry);
  }

  private static <T extends SpecificRecord> Optional<Found<T>> decoded(
      RecordSerde<T> serde, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() != null && serde.decode(record.value()) instanceof Decoded.Value<T> value) {
      return Optional.of(new Found<>(Place.of(record), value.record()));
    }
    return Optional.empty();
  }
}
