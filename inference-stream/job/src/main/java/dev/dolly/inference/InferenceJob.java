package dev.dolly.inference;

import dev.dolly.inference.generate.GenerateOperator;
import dev.dolly.inference.generate.GenerateOperatorFactory;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.sink.OutboundRecordSchema;
import dev.dolly.inference.source.EndingKafkaSource;
import dev.dolly.inference.source.GatedSource;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.inference.source.PromptRecordSchema;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ParameterTool;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The graph: prompts → generate → responses and dead letters, exactly once, and chunks, at least
 * once. All of it is one chain at one parallelism, so one task a subtask:
 *
 * <pre>
 * dolly.prompts → gated source → generate ─┬→ exactly-once sink → dolly.responses, dolly.dead-letters
 *                                          └→ at-least-once sink → dolly.response-chunks
 * </pre>
 *
 * <p>{@link #build} is {@link #read}, {@link #answer} and {@link #deliver} in a row. Each can be
 * called alone, so that a test puts something of its own between them, a map that fails at a given
 * record say, and none is needed here.
 */
public final class InferenceJob {
  /** As Flink's UI shows it. */
  public static final String NAME = "dolly-inference";

  /** The operator that answers, as Flink's UI and its metrics name it. */
  public static final String GENERATE = "generate";

  private InferenceJob() {}

  /**
   * Runs the job on whatever cluster Flink's client is told of.
   *
   * @param args {@code --inference.model-directory DIR} and so on, the keys of {@link
   *     InferenceSettings}
   */
  public static void main(String[] args) throws Exception {
    InferenceSettings settings = InferenceSettings.of(ParameterTool.fromArgs(args).toMap());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env, settings);
    env.execute(NAME);
  }

  /** Adds the whole job to the environment. */
  public static void build(StreamExecutionEnvironment env, InferenceSettings settings) {
    deliver(answer(read(env, settings), settings), settings);
  }

  /** Prompts as they lie on their topic, no faster than {@link #answer} has room for them. */
  public static DataStream<PromptRecord> read(
      StreamExecutionEnvironment env, InferenceSettings settings) {
    configure(env, settings);
    return env.fromSource(
            new GatedSource<>(new EndingKafkaSource<>(prompts(settings)), PromptRecord.TYPE),
            WatermarkStrategy.noWatermarks(),
            "prompts")
        .uid("prompts")
        .setParallelism(settings.parallelism());
  }

  /**
   * Answers of the model. The prompts must come from {@link #read} through nothing but operators of
   * the same parallelism that let each record through: the gate counts them.
   */
  public static Answers answer(DataStream<PromptRecord> prompts, InferenceSettings settings) {
    SingleOutputStreamOperator<OutboundRecord> outcomes =
        prompts
            .transform(GENERATE, OutboundRecord.TYPE, new GenerateOperatorFactory(settings))
            .uid(GENERATE)
            .setParallelism(settings.parallelism());
    return new Answers(outcomes, outcomes.getSideOutput(GenerateOperator.CHUNKS));
  }

  /** Writes the answers to their topics. */
  public static void deliver(Answers answers, InferenceSettings settings) {
    deliver(answers, outcomeSink(settings), settings);
  }

  /**
   * The same through another sink.
   *
   * @param outcomes does what {@link #outcomeSink} does
   */
  public static void deliver(
      Answers answers, Sink<OutboundRecord> outcomes, InferenceSettings settings) {
    answers
        .outcomes()
        .sinkTo(outcomes)
        .name("responses")
        .uid("responses")
        .setParallelism(settings.parallelism());
    answers
        .chunks()
        .sinkTo(atLeastOnce(settings))
        .name("chunks")
        .uid("chunks")
        .setParallelism(settings.parallelism());
  }

  private static void configure(StreamExecutionEnvironment env, InferenceSettings settings) {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    // Records that cross the chain are immutable, so it need not copy them.
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
      // Without checkpoints the exactly-once sink would never commit.
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, settings.checkpointInterval());
    }
    env.configure(configuration);
    env.setMaxParallelism(InferenceSettings.MAX_PARALLELISM);
  }

  private static KafkaSource<PromptRecord> prompts(InferenceSettings settings) {
    KafkaSourceBuilder<PromptRecord> builder =
        KafkaSource.<PromptRecord>builder()
            .setProperties(settings.clientProperties())
            .setTopics(TopicCatalogue.PROMPTS.name())
            .setGroupId(settings.groupId())
            .setStartingOffsets(
                switch (settings.startingOffsets()) {
                  case EARLIEST -> OffsetsInitializer.earliest();
                  case LATEST -> OffsetsInitializer.latest();
                })
            .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
            // A fetch of this many waits before the gate at most, beside what is in flight.
            .setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "100")
            // For watching the lag only; a bounded read that has ended would open a consumer for
            // each checkpoint to commit nothing.
            .setProperty(
                KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(),
                Boolean.toString(!settings.bounded()))
            .setDeserializer(new PromptRecordSchema());
    if (settings.bounded()) {
      builder.setBounded(OffsetsInitializer.latest());
    }
    return builder.build();
  }

  /** Where responses and dead letters go, exactly once. */
  public static KafkaSink<OutboundRecord> outcomeSink(InferenceSettings settings) {
    return sink(settings, TopicCatalogue.RESPONSES.name(), TopicCatalogue.DEAD_LETTERS.name())
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(settings.transactionalIdPrefix())
        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
        .setProperty(
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            Long.toString(settings.transactionTimeout().toMillis()))
        .build();
  }

  private static KafkaSink<OutboundRecord> atLeastOnce(InferenceSettings settings) {
    return sink(settings, TopicCatalogue.RESPONSE_CHUNKS.name())
        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .build();
  }

  private static KafkaSinkBuilder<OutboundRecord> sink(
      InferenceSettings settings, String... topics) {
    Properties properties = settings.clientProperties();
    // The topics bound what fits; a producer that refuses sooner would fail the job for ever.
    properties.putIfAbsent(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        Integer.toString(TopicCatalogue.RESPONSES.maxMessageBytes()));
    return KafkaSink.<OutboundRecord>builder()
        .setKafkaProducerConfig(properties)
        .setRecordSerializer(new OutboundRecordSchema(topics));
  }
}
