package dev.dolly.ingest;

import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.topic.TopicCatalogue;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The running application: {@link IngestTopology} on Kafka Streams with {@code exactly_once_v2}, so
 * a raw record's prompt or dead letter is committed together with its offset, once.
 *
 * <p>Owns its threads and its registry client. {@link #start} and {@link #close} are called from
 * one thread, the rest from any.
 */
public final class IngestApp implements AutoCloseable {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration MISSING_MEMBER_TIMEOUT = Duration.ofSeconds(10);
  private static final int HEARTBEATS_PER_TIMEOUT = 5;

  private final SchemaRegistryClient client;
  private final PatientRegistry registry;
  private final KafkaStreams streams;
  private final FailurePolicy failures = new FailurePolicy();
  private final CompletableFuture<Void> running = new CompletableFuture<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  public IngestApp(IngestSettings settings) {
    client = SchemaRegistries.connect(settings.registryUrl());
    registry = new PatientRegistry(client);
    streams = new KafkaStreams(IngestTopology.build(settings.limits(), registry), config(settings));
    streams.setUncaughtExceptionHandler(failures);
    streams.setStateListener((now, before) -> follow(now));
  }

  static Properties config(IngestSettings settings) {
    Properties config = new Properties();
    config.putAll(settings.kafka());
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    config.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    // How long the partitions of a process that was killed lie idle.
    config.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
        (int) MISSING_MEMBER_TIMEOUT.toMillis());
    config.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
        (int) MISSING_MEMBER_TIMEOUT.toMillis() / HEARTBEATS_PER_TIMEOUT);
    settings
        .instanceId()
        .ifPresent(
            id ->
                config.put(
                    StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), id));
    // A producer refuses what is larger than this before the broker is asked.
    config.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        Math.max(
            TopicCatalogue.PROMPTS.maxMessageBytes(),
            TopicCatalogue.DEAD_LETTERS.maxMessageBytes()));
    return config;
  }

  private void follow(KafkaStreams.State state) {
    if (state == KafkaStreams.State.RUNNING) {
      running.complete(null);
    } else if (state.hasCompletedShutdown()) {
      stopped.countDown();
      Optional<Throwable> fatal = failures.fatal();
      running.completeExceptionally(
          new IllegalStateException(
              "ingest stopped before it was running" + fatal.map(f -> ": " + f).orElse(""),
              fatal.orElse(null)));
    }
  }

  /** Starts the threads and returns at once. */
  public void start() {
    streams.start();
  }

  /**
   * Waits until every partition has its reader.
   *
   * @throws IllegalStateException if it stopped, or isn't running after that time; the cause says
   *     why
   */
  public void awaitRunning(Duration timeout) throws InterruptedException {
    try {
      running.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause().getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "ingest is not running after "
              + timeout.toSeconds()
              + " s: is the broker there, do the topics exist (\"./dolly topics create\")?",
          e);
    }
  }

  /** Waits until it has stopped, by itself or closed. */
  public void awaitStopped() throws InterruptedException {
    stopped.await();
  }

  /** What stopped the application, once it has stopped by itself. */
  public Optional<Throwable> failure() {
    return failures.fatal();
  }

  /** Stops after the records at hand, or after 30 s; what isn't committed then is read again. */
  @Override
  public void close() {
    failures.expectClose();
    registry.stopWaiting();
    // Without leaving its group, the next start would wait until this member is given up.
    streams.close(
        CloseOptions.timeout(CLOSE_TIMEOUT)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the registry's client can't be closed", e);
    }
  }
}
