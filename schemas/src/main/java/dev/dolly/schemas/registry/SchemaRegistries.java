package dev.dolly.schemas.registry;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes clients of a Confluent-compatible schema registry. */
public final class SchemaRegistries {

  private static final int CACHED_SCHEMAS_PER_SUBJECT = 1000;

  private SchemaRegistries() {}

  /**
   * A client that caches what it learned; safe for use from several threads. Nothing is asked yet.
   *
   * @param url base to which {@code /schemas/ids/1} is appended; several, separated by commas, are
   *     tried one after the other
   */
  public static SchemaRegistryClient connect(String url) {
    List<String> urls =
        Arrays.stream(url.split(",")).map(String::strip).filter(u -> !u.isEmpty()).toList();
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("the registry's URL is empty");
    }
    // A blocked call can't be interrupted, so none may block for long: waiting is done between
    // the calls.
    Map<String, Object> settings =
        Map.of(
            SchemaRegistryClientConfig.HTTP_CONNECT_TIMEOUT_MS, 3_000,
            SchemaRegistryClientConfig.HTTP_READ_TIMEOUT_MS, 10_000);
    return new CachedSchemaRegistryClient(
        urls, CACHED_SCHEMAS_PER_SUBJECT, List.of(new AvroSchemaProvider()), settings);
  }
}
