package dev.dolly.ingest;

import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.prompt.PromptParser;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;

/**
 * {@code dolly.prompts.raw} → parse → {@code dolly.prompts} and {@code dolly.dead-letters}. No
 * state, no repartitioning: every raw record becomes exactly one record on one of the two.
 */
public final class IngestTopology {

  static final String PROMPTS = "prompts";
  static final String DEAD_LETTERS = "dead-letters";
  private static final String RAW = "raw-prompts";
  private static final String PARSE = "parse";

  private IngestTopology() {}

  /**
   * The topology.
   *
   * @param registry stays the caller's; asked when the first record of a kind is written
   */
  public static Topology build(PromptLimits limits, PatientRegistry registry) {
    PromptParser parser = new PromptParser(limits);
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            RAW,
            // Not the default one: a record without a time is a prompt all the same.
            (record, streamTime) -> Math.max(0, record.timestamp()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            TopicCatalogue.PROMPTS_RAW.name())
        .addProcessor(PARSE, () -> new ParseProcessor(parser), RAW)
        .addSink(
            PROMPTS,
            TopicCatalogue.PROMPTS.name(),
            new StringSerializer(),
            new RecordSerde<>(TopicCatalogue.PROMPTS, registry).serializer(),
            PARSE)
        .addSink(
            DEAD_LETTERS,
            TopicCatalogue.DEAD_LETTERS.name(),
            new StringSerializer(),
            new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, registry).serializer(),
            PARSE);
  }
}
