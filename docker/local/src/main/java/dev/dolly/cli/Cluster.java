package dev.dolly.cli;

import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private static final int ANSWER_MILLIS = 10_000;

  /**
   * @throws CommandException when no broker answers
   */
  void check() {
    try (Admin admin = admin()) {
      admin
          .describeCluster(new DescribeClusterOptions().timeoutMs(ANSWER_MILLIS))
          .nodes()
          .get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new CommandException(
          "no broker answers at "
              + bootstrap
              + " within "
              + ANSWER_MILLIS / 1000
              + " s; is the stack up?",
          e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new CommandException("cannot use broker " + bootstrap + ": " + cause.getMessage(), e);
    }
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", (Object) bootstrap));
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

  PatientRegistry schemas() {
    return new PatientRegistry(SchemaRegistries.connect(registry));
  }
}
