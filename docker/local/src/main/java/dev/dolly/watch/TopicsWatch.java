package dev.dolly.watch;

import dev.dolly.client.CommittedConsumer;
import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
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

/**
 * Watches the topics of a stack from the moment of opening on, and disturbs nobody. Not thread
 * safe.
 */
final class TopicsWatch implements AutoCloseable {
  private static final String RESPONSES = TopicCatalogue.RESPONSES.name();
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofSeconds(1);
  private static final Duration FEW_RECORDS = Duration.ofMillis(300);

  /** For the broker's answer: nobody watches a picture that stands still. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final WatchedStack stack;
  private final Optional<RecordSerde<Response>> responses;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Lag lag;
  private final TopicReader reader;
  private long answers;
  private long deadLetters;
  private Optional<ConsumerRecord<byte[], byte[]>> newest = Optional.empty();
  private Optional<ModelRef> model = Optional.empty();

  /**
   * @throws KafkaException when the broker is away
   */
  TopicsWatch(WatchedStack stack) {
    this.stack = stack;
    responses = stack.registry().map(TopicsWatch::responses);
    reader =
        new TopicReader(
            stack.bootstrap(),
            List.of(RESPONSES, TopicCatalogue.DEAD_LETTERS.name()),
            new StartingPoint.Latest(),
            PATIENCE);
    Map<String, Object> client =
        Map.of(
            "bootstrap.servers", stack.bootstrap(),
            "default.api.timeout.ms", Long.toString(PATIENCE.toMillis()),
            "request.timeout.ms", "4000");
    admin = Admin.create(client);
    consumer = CommittedConsumer.open(stack.bootstrap(), PATIENCE);
    lag = new Lag(admin, consumer, FEW_RECORDS);
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
    newest.flatMap(this::modelOf).ifPresent(found -> model = Optional.of(found));
    newest = Optional.empty();
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
      newest = Optional.of(record);
    } else {
      deadLetters++;
    }
  }

  @Override
  public void close() {
    reader.close();
    consumer.close();
    admin.close(Duration.ofSeconds(1));
  }

  /** Empty where the registry is not known or gives no answer: a later answer may tell. */
  private Optional<ModelRef> modelOf(ConsumerRecord<byte[], byte[]> answer) {
    try {
      return responses.flatMap(
          serde ->
              serde.decode(answer.value()) instanceof Decoded.Value<Response> value
                  ? Optional.of(value.record().getModel())
                  : Optional.empty());
    } catch (KafkaException e) {
      return Optional.empty();
    }
  }

  private static RecordSerde<Response> responses(String url) {
    PatientRegistry registry = new PatientRegistry(SchemaRegistries.connect(url));
    registry.stopWaiting(); // it is asked once: the picture waits for nobody
    return new RecordSerde<>(TopicCatalogue.RESPONSES, registry);
  }
}
