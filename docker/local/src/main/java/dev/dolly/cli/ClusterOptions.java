package dev.dolly.cli;

import dev.dolly.local.StackAddress;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which broker and registry a command talks to. */
final class ClusterOptions {
  @Mixin private DataOption data;

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers (default: those of the local stack).")
  private String bootstrap;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description =
          "Schema registry, the base of its Confluent interface (default: the local stack's).")
  private String registry;

  /** The cluster, which answers. */
  Cluster broker() {
    Cluster cluster = new Cluster(bootstrap == null ? local().bootstrap() : bootstrap, "");
    cluster.check();
    return cluster;
  }

  /** The cluster with its registry; the broker answers. */
  Cluster cluster() {
    Cluster cluster = new Cluster(broker().bootstrap(), registryUrl());
    return cluster;
  }

  String registryUrl() {
    return registry == null ? local().registry() : registry;
  }

  private StackAddress local() {
    Optional<StackAddress> address = data.directory().stackAddress();
    return address.orElseThrow(
        () ->
            new CommandException(
                "no stack is ready on "
                    + data.directory().root()
                    + "; start one with `dolly up`, or name a cluster with --bootstrap and"
                    + " --registry"));
  }
}
