package dev.dolly.schemas.registry;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the registry, and waits while it can't be reached: an outage of the registry must neither
 * lose a record nor make a dead letter of it. Only what the registry itself says about an id or a
 * schema is an answer; anything else (no connection, a refusal, a proxy's page) is asked again with
 * growing pauses and a log line each time, until it works, the thread is interrupted or {@link
 * #stopWaiting} is called.
 *
 * <p>Safe for use from several threads, as the client is.
 */
public final class PatientRegistry {

  private static final Logger LOG = LoggerFactory.getLogger(PatientRegistry.class);

  /** Subject, version or schema not found, in the registry's own codes. */
  private static final Set<Integer> NOT_FOUND = Set.of(40401, 40402, 40403);

  /** How the client begins the plain IOException for a schema that it can't parse. */
  private static final String INVALID_SCHEMA = "Invalid schema";

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final SchemaRegistryClient client;
  private final Pause pause;
  private final CountDownLatch stopped = new CountDownLatch(1);

  public PatientRegistry(SchemaRegistryClient client) {
    this.client = client;
    this.pause = duration -> stopped.await(duration.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * @param pause how to let time pass between two questions
   */
  PatientRegistry(SchemaRegistryClient client, Pause pause) {
    this.client = client;
    this.pause = pause;
  }

  /** Lets time pass. */
  @FunctionalInterface
  interface Pause {
    void await(Duration duration) throws InterruptedException;
  }

  /** What the registry says about an id. */
  public sealed interface Found {
    /** It is this schema's. */
    record Known(Schema schema) implements Found {}

    /** It is that of something that this program can't read as an Avro schema. */
    record Unreadable(String reason) implements Found {}

    /** There is no such id. */
    record Unknown() implements Found {}
  }

  /**
   * Ends every wait, now and from now on, with a {@link KafkaException}: for an owner that closes
   * while threads that it can't interrupt are waiting here.
   */
  public void stopWaiting() {
    stopped.countDown();
  }

  /**
   * The schema of an id.
   *
   * @throws InterruptException if the thread is interrupted while it waits
   */
  public Found schemaOf(int id) {
    if (id < 0) {
      return new Found.Unknown();
    }
    return ask(
        "schema id " + id,
        () -> {
          try {
            ParsedSchema schema = client.getSchemaById(id);
            return schema instanceof AvroSchema avro
                ? new Found.Known(avro.rawSchema())
                : new Found.Unreadable("it is of type " + schema.schemaType());
          } catch (RestClientException e) {
            if (NOT_FOUND.contains(e.getErrorCode())) {
              return new Found.Unknown();
            }
            throw e;
          } catch (IOException e) {
            if (e.getMessage() != null && e.getMessage().startsWith(INVALID_SCHEMA)) {
              return new Found.Unreadable("it can't be parsed");
            }
            throw e;
          }
        });
  }

  /**
   * The id under which the subject holds the schema.
   *
   * @throws SchemaNotRegisteredException if the subject doesn't hold it
   * @throws InterruptException if the thread is interrupted while it waits
   */
  public int idOf(String subject, Schema schema) {
    return ask(
        "the id of " + subject,
        () -> {
          try {
            return client.getId(subject, new AvroSchema(schema));
          } catch (RestClientException e) {
            if (NOT_FOUND.contains(e.getErrorCode())) {
              throw new SchemaNotRegisteredException(subject, e);
            }
            throw e;
          }
        });
  }

  @FunctionalInterface
  private interface Question<A> {
    A ask() throws IOException, RestClientException;
  }

  private <A> A ask(String what, Question<A> question) {
    Duration wait = FIRST_PAUSE;
    while (true) {
      try {
        return question.ask();
      } catch (IOException | RestClientException e) {
        LOG.warn(
            "The schema registry gives no answer about {} ({}); asking again in {} ms",
            what,
            e.toString(),
            wait.toMillis());
      }
      try {
        pause.await(wait);
      } catch (InterruptedException e) {
        throw new InterruptException("interrupted while waiting for the schema registry", e);
      }
      if (stopped.getCount() == 0) {
        throw new KafkaException("stopped while waiting for the schema registry");
      }
      Duration doubled = wait.multipliedBy(2);
      wait = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }
}
