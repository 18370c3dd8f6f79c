package dev.dolly.cli;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.local.DataDirectory;
import dev.dolly.local.EmbeddedBroker;
import dev.dolly.local.Ports;
import dev.dolly.local.RegistryProcess;
import dev.dolly.local.StackSettings;
import dev.dolly.local.process.Supervisor;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
    return Invocation.of("", on(arguments));
  }

  /** A command's arguments with theirs. */
  String[] on(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(List.of("--bootstrap", cluster.bootstrap(), "--registry", cluster.registry()));
    return all.toArray(String[]::new);
  }

  /** What is committed on a topic; the records without value are null. */
  List<ConsumerRecord<byte[], byte[]>> raw(String topic) {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (TopicReader reader =
        new TopicReader(
            cluster.bootstrap(),
            List.of(topic),
            new StartingPoint.Earliest(),
            TopicReader.PATIENCE)) {
      while (!reader.isAtEnd()) {
        all.addAll(reader.poll(Duration.ofMillis(100)));
      }
    }
    return all;
  }

  /** The same, decoded, without those that have no value. */
  <T extends SpecificRecord> List<T> records(Topic<T> topic) {
    RecordSerde<T> serde = new RecordSerde<>(topic, cluster.schemas());
    return raw(topic.name()).stream()
        .filter(record -> record.value() != null)
        .map(record -> ((Decoded.Value<T>) serde.decode(record.value())).record())
        .toList();
  }

  @Override
  public void close() {
    registry.close();
    broker.close();
  }
}
