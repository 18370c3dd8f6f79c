package dev.dolly.schemas.registry;

import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.entities.Config;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/**
 * One subject of the registry after {@link #registerAll}.
 *
 * @param subject name of the subject
 * @param id of our schema in the registry
 * @param version of our schema within the subject
 * @param added whether the subject did not hold our schema before
 */
public record SchemaRegistration(String subject, int id, int version, boolean added) {

  /** What is asked of every subject: each version can read what each other version wrote. */
  static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  /** Registers the value schema of every topic of the catalogue. */
  public static List<SchemaRegistration> registerAll(SchemaRegistryClient client) {
    return register(client, TopicCatalogue.avro());
  }

  /**
   * Sets each subject's compatibility and registers its schema, if it isn't there yet; doing it
   * twice changes nothing.
   *
   * @throws SchemaRegistrationException if the registry can't be reached or refuses a schema
   */
  public static List<SchemaRegistration> register(
      SchemaRegistryClient client, Collection<? extends Topic<? extends SpecificRecord>> topics) {
    List<SchemaRegistration> done = new ArrayList<>();
    for (Topic<? extends SpecificRecord> topic : topics) {
      done.add(register(client, topic));
    }
    return List.copyOf(done);
  }

  private static SchemaRegistration register(
      SchemaRegistryClient client, Topic<? extends SpecificRecord> topic) {
    String subject = topic.subject();
    AvroSchema schema = new AvroSchema(PublishedSchema.of(TopicValue.recordType(topic)));
    try {
      // First, so that the registry measures this schema by it; a registry that keeps no settings
      // for a subject it doesn't have is told afterwards.
      boolean guarded = requireCompatibility(client, subject);
      boolean added = !holds(client, subject, schema);
      int id = client.register(subject, schema);
      if (!guarded) {
        client.updateConfig(subject, new Config(COMPATIBILITY));
      }
      return new SchemaRegistration(subject, id, client.getVersion(subject, schema), added);
    } catch (RestClientException e) {
      throw new SchemaRegistrationException(
          e.getStatus() == CONFLICT
              ? "subject "
                  + subject
                  + ": the registry holds a version that this program's schema is not compatible"
                  + " with; fields may come and go only with a default, types and names stay: "
                  + e.getMessage()
              : "subject " + subject + ": the schema registry refuses: " + e.getMessage(),
          e);
    } catch (IOException e) {
      throw new SchemaRegistrationException(
          "subject " + subject + ": the schema registry can't be reached: " + e, e);
    }
  }

  private static boolean requireCompatibility(SchemaRegistryClient client, String subject)
      throws IOException, RestClientException {
    try {
      client.updateConfig(subject, new Config(COMPATIBILITY));
      return true;
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private static boolean holds(SchemaRegistryClient client, String subject, AvroSchema schema)
      throws IOException, RestClientException {
    try {
      client.getId(subject, schema);
      return true;
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }
}
