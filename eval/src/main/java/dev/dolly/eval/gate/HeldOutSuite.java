package dev.dolly.eval.gate;

import dev.dolly.eval.TaskResult;
import dev.dolly.eval.heldout.HeldOutRecord;
import dev.dolly.eval.heldout.HeldOutScores;
import dev.dolly.eval.heldout.HeldOutSplit;
import dev.dolly.eval.heldout.RunSplits;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a candidate's run held out, found again on its topic: how likely are the responses? */
final class HeldOutSuite implements Suite {
  static final String NAME = HeldOutScores.TASK;

  private final GateSettings gate;
  private final int limit;
  private final OptionalInt maxNewTokens;

  /**
   * @param gate whose cluster has the records
   * @param limit the first so many of a split
   * @param maxNewTokens of an answer; empty: none are generated
   */
  HeldOutSuite(GateSettings gate, int limit, OptionalInt maxNewTokens) {
    this.gate = gate;
    this.limit = limit;
    this.maxNewTokens = maxNewTokens;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Suite of(Subject candidate) {
    HeldOutSplit split = split(candidate);
    if (split instanceof HeldOutSplit.Absent absent) {
      throw new NothingToAskException(NAME + ": " + absent.message());
    }
    List<HeldOutRecord> records = ((HeldOutSplit.Found) split).records();
    return new AnswersSuite(
        NAME, records.subList(0, Math.min(limit, records.size())), maxNewTokens);
  }

  @Override
  public void evaluate(Subject subject, Budget budget, Consumer<TaskResult> done)
      throws InterruptedException {
    of(subject).evaluate(subject, budget, done);
  }

  private HeldOutSplit split(Subject candidate) {
    try (SchemaRegistryClient registry = SchemaRegistries.connect(gate.registryUrl());
        KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      return new RunSplits(consumer, new PatientRegistry(registry))
          .of(candidate.event(), candidate.model());
    } catch (IOException e) {
      throw new UncheckedIOException("the registry's client can't be closed", e);
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            gate.bootstrapServers(),
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
}
