package dev.dolly.cli;

import dev.dolly.local.DataDirectory;
import dev.dolly.local.EmbeddedBroker;
import dev.dolly.local.Ports;
import dev.dolly.local.RegistryProcess;
import dev.dolly.local.StackSettings;
import dev.dolly.local.process.Supervisor;
import dev.dolly.schemas.topic.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A broker in this JVM and a registry beside it, without jobs. */
final class BrokerAndRegistry implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  final Cluster cluster;
  private final EmbeddedBroker broker;
  private final Supervisor registry;

  BrokerAndRegistry(Path directory) {
    StackSettings stack =
        new StackSettings(
            new DataDirectory(directory),
            StackSettings.PortChoice.FREE,
            Path.of(System.getProperty("dolly.registry")),
            Fixtures.model("neox"),
            Map.of());
    Ports ports = Ports.anyFree();
    broker = EmbeddedBroker.start(stack.data().broker(), ports.broker(), ports.controller());
    registry = RegistryProcess.start(stack, ports);
    cluster = new Cluster(ports.address().bootstrap(), ports.address().registry());
    awaitRegistry();
  }

  private void awaitRegistry() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        cluster.checkRegistry();
        return;
      } catch (CommandException e) {
        if (System.nanoTime() > end) {
          close();
          throw e;
        }
      }
    }
  }

  /** Runs a command on them. */
  Invocation run(String... arguments) {
    return Invocation.on(cluster, arguments);
  }

  /** A command's arguments with theirs. */
  String[] on(String... arguments) {
    return Invocation.arguments(cluster, arguments);
  }

  /** What is committed on a topic; the records without value as well. */
  List<ConsumerRecord<byte[], byte[]>> raw(String topic) {
    return Committed.on(cluster, topic);
  }

  /** The same, decoded, without those that have no value. */
  <T extends SpecificRecord> List<T> records(Topic<T> topic) {
    return Committed.records(cluster, topic);
  }

  @Override
  public void close() {
    registry.close();
    broker.close();
  }
}
