package dev.dolly.eval.gate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.eval.gate.TopicLog.Entry;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Writes what becomes of a candidate, and that it is dealt with, in one transaction. One thread;
 * the producer stays the caller's. After a failure it is to be closed, which aborts.
 */
final class DecisionWriter {
  private final KafkaProducer<byte[], byte[]> producer;
  private final ConsumerGroupMetadata group;
  private final TopicPartition source;
  private final String codeVersion;
  private final RecordSerde<CheckpointEvent> events;
  private final RecordSerde<EvalResult> results;
  private final RecordSerde<DeadLetter> deadLetters;
  private final DeadLetters letters = new DeadLetters(Stage.eval);

  /**
   * The running version that a candidate was compared with.
   *
   * @param fresh whether it was evaluated for that, so that its results are to be written
   */
  record Running(CheckpointEvent event, Evaluation evaluation, boolean fresh) {}

  /**
   * What was committed.
   *
   * @param offset of the decision's event
   */
  record Written(long offset, List<EvalResult> results) {}

  /**
   * @param producer whose transactions are initialised
   * @param source the candidates' partition
   */
  DecisionWriter(
      KafkaProducer<byte[], byte[]> producer,
      ConsumerGroupMetadata group,
      TopicPartition source,
      String codeVersion,
      PatientRegistry registry) {
    this.producer = producer;
    this.group = group;
    this.source = source;
    this.codeVersion = codeVersion;
    this.events = new RecordSerde<>(TopicCatalogue.CHECKPOINTS, registry);
    this.results = new RecordSerde<>(TopicCatalogue.EVAL_RESULTS, registry);
    this.deadLetters = new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, registry);
  }

  /**
   * Writes a decision, all that belongs to it or nothing.
   *
   * @param own how the candidate's evaluation ended
   * @param event the decision's
   * @param beforeCommit run when everything is written
   */
  Written write(
      Entry<CheckpointEvent> candidate,
      Evaluation own,
      Optional<Running> running,
      CheckpointEvent event,
      Runnable beforeCommit) {
    List<EvalResult> measured = new ArrayList<>();
    for (SuiteResult scored : own.results()) {
      measured.add(
          result(event, scored, event)
              .setDecision(event.getStatus().name())
              .setRule(event.getReason())
              .build());
    }
    if (running.isPresent() && running.get().fresh()) {
      for (SuiteResult scored : running.get().evaluation().results()) {
        measured.add(result(running.get().event(), scored, event).build());
      }
    }
    producer.beginTransaction();
    for (EvalResult result : measured) {
      send(TopicCatalogue.EVAL_RESULTS, result.getVersion(), results.encode(result));
    }
    if (own instanceof Evaluation.Refused refused) {
      DeadLetter letter = letter(refused, candidate, event.getCreatedAt());
      send(TopicCatalogue.DEAD_LETTERS, DeadLetters.key(letter), deadLetters.encode(letter));
    }
    Future<RecordMetadata> sent =
        send(TopicCatalogue.CHECKPOINTS, event.getModel(), events.encode(event));
    commit(new OffsetAndMetadata(candidate.offset() + 1), beforeCommit);
    return new Written(offset(sent), measured);
  }

  /** Writes that there is nothing to decide on a candidate. */
  void passOver(long offset) {
    mark(new OffsetAndMetadata(offset + 1));
  }

  /** Writes where the gate is and what goes on there. */
  void mark(OffsetAndMetadata position) {
    producer.beginTransaction();
    commit(position, () -> {});
  }

  private void commit(OffsetAndMetadata position, Runnable beforeCommit) {
    producer.sendOffsetsToTransaction(Map.of(source, position), group);
    beforeCommit.run();
    producer.commitTransaction();
  }

  private EvalResult.Builder result(
      CheckpointEvent model, SuiteResult scored, CheckpointEvent decision) {
    return EvalResult.newBuilder()
        .setModel(model.getModel())
        .setVersion(model.getVersion())
        .setDigest(model.getManifestDigest())
        .setSuite(scored.suite())
        .setTask(scored.result().task())
        .setDocs(scored.result().docs())
        .setMetrics(KnownResults.metrics(scored.result()))
        .setDataDigest(scored.result().dataDigest())
        .setCodeVersion(codeVersion)
        .setCreatedAt(decision.getCreatedAt());
  }

  private DeadLetter letter(
      Evaluation.Refused refused, Entry<CheckpointEvent> candidate, long now) {
    return letters.of(
        refused.code(),
        refused.message(),
        null,
        new DeadLetterOrigin(source.topic(), source.partition(), candidate.offset()),
        candidate.bytes(),
        now);
  }

  private Future<RecordMetadata> send(
      Topic<? extends SpecificRecord> topic, String key, byte[] value) {
    return producer.send(new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), value));
  }

  /** Of what was committed, so it is there. */
  private static long offset(Future<RecordMetadata> sent) {
    try {
      return sent.get().offset();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause());
    }
  }
}
