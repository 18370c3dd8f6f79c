package dev.dolly.cli;

import dev.dolly.local.StackAddress;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
    Cluster cluster = new Cluster(choice().bootstrapServers(), "");
    cluster.check();
    return cluster;
  }

  /** The cluster with its registry; both answer. */
  Cluster cluster() {
    return choice().cluster();
  }

  /** The same, or empty where none is named and no local stack is ready. */
  Optional<Cluster> clusterIfAny() {
    return choice().isThere() ? Optional.of(cluster()) : Optional.empty();
  }

  /** The brokers that the user named. */
  Optional<String> namedBrokers() {
    return Optional.ofNullable(bootstrap);
  }

  /** The registry that the user named. */
  Optional<String> namedRegistry() {
    return Optional.ofNullable(registry);
  }

  /** The local stack, if it is ready. */
  Optional<StackAddress> localStack() {
    return data.directory().stackAddress();
  }

  /**
   * Says that there is no local stack.
   *
   * @param options that name another one
   */
  CommandException noStack(String options) {
    return choice().noStack(options);
  }

  String registryUrl() {
    return choice().registryUrl();
  }

  private ClusterChoice choice() {
    return new ClusterChoice(command.commandLine(), data.directory(), bootstrap, registry);
  }
}
