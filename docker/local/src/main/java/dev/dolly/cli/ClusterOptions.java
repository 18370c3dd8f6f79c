package dev.dolly.cli;

import dev.dolly.local.StackAddress;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which broker and registry a command talks to. */
final class ClusterOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

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
    Cluster cluster = new Cluster(bootstrapServers(), "");
    cluster.check();
    return cluster;
  }

  /** The cluster with its registry; both answer. */
  Cluster cluster() {
    Cluster cluster = new Cluster(bootstrapServers(), registryUrl());
    cluster.check();
    cluster.checkRegistry();
    return cluster;
  }

  /** The same, or empty where none is named and no local stack is ready. */
  Optional<Cluster> clusterIfAny() {
    boolean none =
        bootstrap == null && registry == null && data.directory().stackAddress().isEmpty();
    return none ? Optional.empty() : Optional.of(cluster());
  }

  String registryUrl() {
    return registry == null
        ? localUnless("--bootstrap", bootstrap, "--registry").registry()
        : registry;
  }

  private String bootstrapServers() {
    return bootstrap == null
        ? localUnless("--registry", registry, "--bootstrap").bootstrap()
        : bootstrap;
  }

  /** The local stack does not fill in for half of another cluster. */
  private StackAddress localUnless(String given, String value, String missing) {
    if (value != null) {
      throw new ParameterException(
          command.commandLine(),
          given
              + " names another cluster than the local stack; name its other half with "
              + missing);
    }
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
