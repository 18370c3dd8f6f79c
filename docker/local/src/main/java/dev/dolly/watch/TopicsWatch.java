package dev.dolly.watch;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Watches the topics of a stack from the moment of opening on, and disturbs nobody. Not thread
 * safe.
 */
final class TopicsWatch implements AutoCloseable {
  private static final String RESPONSES = TopicCatalogue.RESPONSES.name();
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final WatchedStack stack;
  private final Optional<PatientRegistry> registry;
  private final Optional<RecordSerde<Response>> responses;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Lag lag;
  private final TopicReader reader;
  private long answers;
  private long deadLetters;
  private Optional<ModelRef> model = Optional.empty();

  /**
   * @param registry for the newest answer's model; stays the caller's
   * @throws KafkaException when the broker is away
   */
  TopicsWatch(WatchedStack stack, Optional<PatientRegistry> registry) {
    this.stack = stack;
    this.registry = registry;
    responses = registry.map(schemas -> new RecordSerde<>(TopicCatalogue.RESPONSES, schemas));
    reader =
        new TopicReader(
            stack.bootstrap(),
            List.of(RESPONSES, TopicCatalogue.DEAD_LETTERS.name()),
            new StartingPoint.Latest());
    Map<String, Object> client =
        Map.of(
            "bootstrap.servers", stack.bootstrap(),
            "default.api.timeout.ms", "5000",
            "request.timeout.ms", "4000");
    admin = Admin.create(client);
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", stack.bootstrap(),
                "isolation.level", "read_committed",
                "enable.auto.commit", "false",
                "auto.offset.reset", "earliest",
                "default.api.timeout.ms", "5000"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    lag = new Lag(admin, consumer);
  }

  /**
   * Looks now.
   *
   * @throws KafkaException when the broker does not answer
   */
  TopicsView look() throws InterruptedException {
    // A poll hands out what one fetch brought; a rate wants all there is, but no endless look.
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!reader.isAtEnd() && System.nanoTime() < end) {
      reader.poll(POLL).forEach(this::count);
    }
    return new TopicsView(
        lag.of(TopicCatalogue.PROMPTS_RAW.name(), stack.ingestGroup()),
        lag.of(TopicCatalogue.PROMPTS.name(), stack.inferenceGroup()),
        answers,
        deadLetters,
        model);
  }

  private void count(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(RESPONSES)) {
      answers++;
      responses.ifPresent(serde -> model = modelOf(serde.decode(record.value())));
    } else {
      deadLetters++;
    }
  }

  @Override
  public void close() {
    registry.ifPresent(PatientRegistry::stopWaiting);
    reader.close();
    consumer.close();
    admin.close(Duration.ofSeconds(1));
  }

  private Optional<ModelRef> modelOf(Decoded<Response> decoded) {
    return decoded instanceof Decoded.Value<Response> value
        ? Optional.of(value.record().getModel())
        : model;
  }
}
