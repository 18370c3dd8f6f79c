package dev.dolly.eval.gate;

import dev.dolly.eval.CodeVersion;
import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.gate.TopicLog.Entry;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.PublishedSchema;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What a gate reads and writes with, open for one session: whoever had the same group before writes
 * nothing more, and what it had not committed nobody reads. One thread.
 */
final class GateClients implements AutoCloseable {
  /** Only writing lies within one, never an evaluation. */
  private static final Duration TRANSACTION = Duration.ofMinutes(1);

  private static final TopicPartition SOURCE =
      new TopicPartition(TopicCatalogue.CHECKPOINTS.name(), 0);

  private final GateSettings settings;
  private final PatientRegistry registry;
  private final String process;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> events;
  private final KafkaConsumer<byte[], byte[]> results;

  /**
   * @param process a name that no other gate has
   * @throws EvaluationException when topics or schemas are missing
   */
  GateClients(GateSettings settings, PatientRegistry registry, String process) {
    this.settings = settings;
    this.registry = registry;
    this.process = process;
    this.producer = producer();
    this.events = consumer();
    this.results = consumer();
    try {
      for (Topic<? extends SpecificRecord> topic :
          List.of(
              TopicCatalogue.CHECKPOINTS,
              TopicCatalogue.EVAL_RESULTS,
              TopicCatalogue.DEAD_LETTERS)) {
        require(topic);
      }
      producer.initTransactions();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Whose candidates count. */
  String model() {
    return settings.model();
  }

  /** Of what is measured now. */
  String codeVersion() {
    return CodeVersion.current();
  }

  /** Who evaluates. */
  String process() {
    return process;
  }

  /** Where the group goes on. */
  Position position() {
    return Optional.ofNullable(events.committed(Set.of(SOURCE)).get(SOURCE))
        .map(committed -> Position.of(committed, process))
        .orElse(Position.START);
  }

  TopicLog<CheckpointEvent> events(Consumer<Entry<CheckpointEvent>> reader) {
    return log(events, TopicCatalogue.CHECKPOINTS, reader);
  }

  TopicLog<EvalResult> results(Consumer<Entry<EvalResult>> reader) {
    return log(results, TopicCatalogue.EVAL_RESULTS, reader);
  }

  DecisionWriter writer() {
    return new DecisionWriter(producer, events.groupMetadata(), SOURCE, codeVersion(), registry);
  }

  private <T extends SpecificRecord> TopicLog<T> log(
      KafkaConsumer<byte[], byte[]> consumer, Topic<T> topic, Consumer<Entry<T>> reader) {
    return new TopicLog<>(consumer, topic, new RecordSerde<>(topic, registry), reader);
  }

  /** Now, and not when an evaluation is done and cannot be written. */
  private void require(Topic<? extends SpecificRecord> topic) {
    if (events.partitionsFor(topic.name()).isEmpty()) {
      throw new EvaluationException(
          "there is no topic %s at %s; make it with `dolly topics create`"
              .formatted(topic.name(), settings.bootstrapServers()));
    }
    registry.idOf(Topic.subjectOf(topic.name()), PublishedSchema.of(type(topic)));
  }

  private static Class<? extends SpecificRecord> type(Topic<? extends SpecificRecord> topic) {
    return TopicValue.recordType(topic);
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            settings.bootstrapServers(),
            "transactional.id",
            settings.group(),
            "transaction.timeout.ms",
            Long.toString(TRANSACTION.toMillis())),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** Its partitions are assigned, not shared out: the newest gate has them at once. */
  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            settings.bootstrapServers(),
            "group.id",
            settings.group(),
            "isolation.level",
            "read_committed",
            "enable.auto.commit",
            "false",
            "auto.offset.reset",
            "earliest",
            "allow.auto.create.topics",
            "false"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /** What is not committed never comes to be. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
    events.close();
    results.close();
  }
}
