package dev.dolly.training.topic;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import java.io.Serializable;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Broker and registry, and how to reach them.
 *
 * @param bootstrapServers {@code host:port,…}
 * @param schemaRegistry base URL of a Confluent-compatible registry
 * @param properties further ones of every Kafka client
 */
public record KafkaAccess(
    String bootstrapServers, String schemaRegistry, Map<String, String> properties)
    implements Serializable {
  public KafkaAccess {
    requireNonNull(bootstrapServers, "bootstrapServers");
    requireNonNull(schemaRegistry, "schemaRegistry");
    properties = new TreeMap<>(properties);
  }

  /** What every client is made with. */
  public Properties clientProperties() {
    Properties all = new Properties();
    all.putAll(properties);
    all.put("bootstrap.servers", bootstrapServers);
    return all;
  }

  /** A consumer of committed records without a group; the caller's to close. */
  KafkaConsumer<byte[], byte[]> consumer() {
    Properties all = clientProperties();
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Schemas; waits while the registry is away. */
  public PatientRegistry schemas() {
    return new PatientRegistry(SchemaRegistries.connect(schemaRegistry));
  }
}
