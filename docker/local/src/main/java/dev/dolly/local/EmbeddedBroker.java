package dev.dolly.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * One Kafka broker and controller in this JVM. What it holds lies in its directory and is there
 * again at the next start, also after kill -9 and on other ports.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private final KafkaRaftServer server;
  private final String bootstrap;

  private EmbeddedBroker(KafkaRaftServer server, String bootstrap) {
    this.server = server;
    this.bootstrap = bootstrap;
  }

  /**
   * Starts a broker and returns when it accepts clients.
   *
   * @param directory of this broker alone; made when missing
   * @param port for clients
   * @param controllerPort for the broker's talk with itself
   * @throws StackException when the broker does not come up
   */
  public static EmbeddedBroker start(Path directory, int port, int controllerPort) {
    Properties settings = settings(directory, port, controllerPort);
    KafkaRaftServer server = null;
    try {
      Files.createDirectories(directory);
      format(directory, settings);
      server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
      server.startup();
      return new EmbeddedBroker(server, Ports.HOST + ":" + port);
    } catch (IOException | RuntimeException e) {
      if (server != null) {
        server.shutdown();
        server.awaitShutdown();
      }
      throw new StackException(
          "the broker on port "
              + port
              + " does not start: "
              + e.getMessage()
              + "; its files are in "
              + directory,
          e);
    }
  }

  /** Where clients connect, {@code host:port}. */
  public String bootstrap() {
    return bootstrap;
  }

  /** Leaves the cluster in order, so that the next start is quick. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path directory, Properties settings) throws IOException {
    Path file = directory.resolve("server.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    if (Files.exists(directory.resolve("log/meta.properties"))) {
      return;
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    String[] command = {
      "format", "-t", Uuid.randomUuid().toString(), "-c", file.toString(), "--ignore-formatted"
    };
    int code = StorageTool.execute(command, new PrintStream(said, true, StandardCharsets.UTF_8));
    if (code != 0) {
      throw new IOException(said.toString(StandardCharsets.UTF_8).strip());
    }
  }

  private static Properties settings(Path directory, int port, int controllerPort) {
    Properties p = new Properties();
    p.put("process.roles", "broker,controller");
    p.put("node.id", "1");
    p.put(
        "listeners",
        "PLAINTEXT://"
            + Ports.HOST
            + ":"
            + port
            + ",CONTROLLER://"
            + Ports.HOST
            + ":"
            + controllerPort);
    p.put("advertised.listeners", "PLAINTEXT://" + Ports.HOST + ":" + port);
    p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.put("inter.broker.listener.name", "PLAINTEXT");
    p.put("controller.listener.names", "CONTROLLER");
    // Static voters are not stored in the metadata log: the next start may use another port.
    p.put("controller.quorum.voters", "1@" + Ports.HOST + ":" + controllerPort);
    p.put("log.dirs", directory.resolve("log").toString());
    for (String topic : new String[] {"offsets.topic", "transaction.state.log"}) {
      p.put(topic + ".replication.factor", "1");
      p.put(topic + ".num.partitions", "4");
    }
    p.put("transaction.state.log.min.isr", "1");
    p.put("share.coordinator.state.topic.replication.factor", "1");
    p.put("share.coordinator.state.topic.min.isr", "1");
    p.put("share.coordinator.state.topic.num.partitions", "1");
    p.put("group.initial.rebalance.delay.ms", "0");
    p.put("auto.create.topics.enable", "false");
    // As long as Flink's exactly-once sink asks for: the longest outage without loss.
    p.put("transaction.max.timeout.ms", "3600000");
    p.put("controlled.shutdown.enable", "true");
    // After kill -9 the broker's old session has to end before it may come back.
    p.put("broker.session.timeout.ms", "2000");
    p.put("broker.heartbeat.interval.ms", "300");
    p.put("log.cleaner.dedupe.buffer.size", "2097152");
    return p;
  }
}
