package dev.dolly.training.flink;

import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.training.topic.OutboundRecord;
import dev.dolly.training.topic.TopicBounds;
import dev.dolly.training.topic.TopicRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ParameterTool;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;

/**
 * The graph, a batch job of one task: the topic's records between fixed offsets → training → its
 * topics, at least once. {@link #build} is {@link #read}, {@link #train} and {@link #deliver} in a
 * row; a test puts something of its own between them.
 *
 * <pre>
 * dolly-15k → train → dolly.checkpoints, dolly.training-metrics, dolly.dead-letters
 * </pre>
 *
 * <p>A task that fails is started again up to three times in ten minutes and goes on from the
 * newest checkpoint.
 */
public final class TrainingJob {
  /** As Flink's UI shows it. */
  public static final String NAME = "dolly-training";

  private static final int FAILURES = 3;
  private static final Duration FAILURE_INTERVAL = Duration.ofMinutes(10);

  private TrainingJob() {}

  /**
   * Runs the job on whatever cluster Flink's client is told of.
   *
   * @param args {@code --input-model DIR} and so on, see {@link JobArguments}; model and output are
   *     paths that the task's host has
   */
  public static void main(String[] args) throws Exception {
    JobArguments arguments = JobArguments.of(ParameterTool.fromArgs(args).toMap());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env, arguments, TopicBounds.of(arguments.kafka(), arguments.trainingOptions()));
    env.execute(NAME);
  }

  /** Adds the whole job to the environment. */
  public static void build(
      StreamExecutionEnvironment env, JobArguments arguments, TopicBounds bounds) {
    deliver(train(read(env, arguments, bounds), arguments, bounds), arguments);
  }

  /** The topic's records within the bounds. */
  public static DataStream<TopicRecord> read(
      StreamExecutionEnvironment env, JobArguments arguments, TopicBounds bounds) {
    configure(env);
    return env.fromSource(source(arguments, bounds), WatermarkStrategy.noWatermarks(), "records")
        .uid("records")
        .setParallelism(1);
  }

  /** What a run over all of them has to tell. */
  public static DataStream<OutboundRecord> train(
      DataStream<TopicRecord> records, JobArguments arguments, TopicBounds bounds) {
    return records
        .transform("train", OutboundRecord.TYPE, new TrainOperatorFactory(arguments, bounds))
        .uid("train")
        .setParallelism(1);
  }

  /** Writes it to its topics. */
  public static void deliver(DataStream<OutboundRecord> events, JobArguments arguments) {
    events.sinkTo(sink(arguments)).name("events").uid("events").setParallelism(1);
  }

  private static void configure(StreamExecutionEnvironment env) {
    Configuration configuration = new Configuration();
    configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    // Records that cross the chain are immutable, so it need not copy them.
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "failure-rate");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL, FAILURES);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL,
        FAILURE_INTERVAL);
    env.configure(configuration);
  }

  private static KafkaSource<TopicRecord> source(JobArguments arguments, TopicBounds bounds) {
    Set<TopicPartition> partitions = new HashSet<>();
    Map<TopicPartition, Long> from = new HashMap<>();
    Map<TopicPartition, Long> to = new HashMap<>();
    bounds
        .ranges()
        .forEach(
            range -> {
              TopicPartition partition = new TopicPartition(range.source(), range.partition());
              if (range.from() < range.to()) {
                partitions.add(partition);
                from.put(partition, range.from());
                to.put(partition, range.to());
              }
            });
    return KafkaSource.<TopicRecord>builder()
        .setProperties(arguments.kafka().clientProperties())
        .setPartitions(partitions)
        .setStartingOffsets(OffsetsInitializer.offsets(from))
        .setBounded(OffsetsInitializer.offsets(to))
        .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        .setProperty(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false")
        .setDeserializer(new TopicRecordSchema())
        .build();
  }

  private static KafkaSink<OutboundRecord> sink(JobArguments arguments) {
    Properties properties = arguments.kafka().clientProperties();
    properties.putIfAbsent(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        Integer.toString(TopicCatalogue.DEAD_LETTERS.maxMessageBytes()));
    return KafkaSink.<OutboundRecord>builder()
        .setKafkaProducerConfig(properties)
        .setRecordSerializer(new OutboundRecordSchema())
        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .build();
  }
}
