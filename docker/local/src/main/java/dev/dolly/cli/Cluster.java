package dev.dolly.cli;

import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicCreation;
import dev.dolly.schemas.topic.TopicSettings;
import dev.dolly.schemas.topic.TopicValue;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Broker and registry, and clients for them.
 *
 * @param bootstrap of the brokers
 * @param registry base URL of the registry's Confluent interface
 */
record Cluster(String bootstrap, String registry) {
  /** How long broker or registry may take to answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Brokers allow 15 minutes by default. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(10);

  private static final int NOT_FOUND = 404;

  private static final int BATCH_BYTES = 128 << 10;

  /**
   * @throws CommandException when no broker answers
   */
  void check() {
    try (Admin admin = admin()) {
      admin
          .describeCluster(new DescribeClusterOptions().timeoutMs((int) PATIENCE.toMillis()))
          .nodes()
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new CommandException(
          "no broker answers at "
              + bootstrap
              + " within "
              + PATIENCE.toSeconds()
              + " s; is the stack up?",
          e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new CommandException("cannot use broker " + bootstrap + ": " + cause.getMessage(), e);
    }
  }

  /**
   * Once, here: whoever reads or writes records waits for a registry that is away, for ever with a
   * wrong address.
   *
   * @throws CommandException when no registry answers
   */
  void checkRegistry() {
    try {
      SchemaRegistries.connect(registry).getAllSubjects();
    } catch (IOException | RestClientException | IllegalArgumentException e) {
      throw new CommandException(
          "no schema registry answers at '"
              + registry
              + "' ("
              + e.getMessage()
              + "); --registry names the base to which /schemas/ids/1 is appended",
          e);
    }
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", (Object) bootstrap));
  }

  /** Makes those of the topics that are missing, and registers the schemas of all. */
  void create(List<Topic<? extends SpecificRecord>> topics) {
    try (Admin admin = admin()) {
      TopicCreation.createMissing(admin, topics, TopicSettings.defaults());
    }
    SchemaRegistration.register(SchemaRegistries.connect(registry), topics);
  }

  /** Makes a topic of JSON values if it is missing. */
  void createOfJson(Topic<byte[]> topic) {
    try (Admin admin = admin()) {
      TopicCreation.createMissing(admin, List.of(topic), TopicSettings.defaults());
    }
  }

  /**
   * Full name of the Avro records that a topic holds: as the catalogue says, or else the latest
   * schema of its subject; empty where there is none, and the values are JSON if anything.
   *
   * @throws CommandException when the registry does not say
   */
  Optional<String> recordsOf(String topic) {
    Optional<Topic<?>> known = TopicCatalogue.find(topic);
    if (known.isPresent()) {
      return known.get().value() instanceof TopicValue.Avro<?> avro
          ? Optional.of(avro.type().getName())
          : Optional.empty();
    }
    try {
      String schema =
          SchemaRegistries.connect(registry)
              .getLatestSchemaMetadata(Topic.subjectOf(topic))
              .getSchema();
      return Optional.of(new Schema.Parser().parse(schema).getFullName());
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        return Optional.empty();
      }
      throw new CommandException("the schema registry refuses: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new CommandException("the schema registry can't be reached: " + e, e);
    }
  }

  /** A producer that loses and repeats nothing. */
  KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers", bootstrap,
            "acks", "all",
            "enable.idempotence", "true",
            "linger.ms", "5"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /**
   * A producer whose records come with its transactions. Whoever had that id before writes nothing
   * more, and what it had not committed nobody reads.
   */
  KafkaProducer<byte[], byte[]> transactionalProducer(String id) {
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "transactional.id",
                id,
                "transaction.timeout.ms",
                Long.toString(LONGEST_TRANSACTION.toMillis()),
                "compression.type",
                "lz4",
                "batch.size",
                Integer.toString(BATCH_BYTES),
                "linger.ms",
                "20"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    try {
      producer.initTransactions();
      return producer;
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  /** Schemas, waiting without end while the registry is away. */
  PatientRegistry schemas() {
    return new PatientRegistry(SchemaRegistries.connect(registry));
  }

  /** Schemas, of a registry that is waited for until that time from now has passed. */
  PatientRegistry schemas(Duration patience) {
    PatientRegistry schemas = schemas();
    CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS)
        .execute(schemas::stopWaiting);
    return schemas;
  }
}
