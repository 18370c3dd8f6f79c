package dev.dolly.cli;

import dev.dolly.local.DataDirectory;
import dev.dolly.local.StackAddress;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Broker and registry as they were named, or else the local stack's.
 *
 * @param bootstrap null: not named
 * @param registry null: not named
 */
record ClusterChoice(CommandLine command, DataDirectory stack, String bootstrap, String registry) {

  /** Whether a cluster was named, or a local stack runs. */
  boolean isThere() {
    return bootstrap != null || registry != null || stack.stackAddress().isPresent();
  }

  /** Both, and both answer. */
  Cluster cluster() {
    Cluster cluster = new Cluster(bootstrapServers(), registryUrl());
    cluster.check();
    cluster.checkRegistry();
    return cluster;
  }

  String registryUrl() {
    return registry == null
        ? localUnless("--bootstrap", bootstrap, "--registry").registry()
        : registry;
  }

  String bootstrapServers() {
    return bootstrap == null
        ? localUnless("--registry", registry, "--bootstrap").bootstrap()
        : bootstrap;
  }

  /** The local stack does not fill in for half of another cluster. */
  private StackAddress localUnless(String given, String value, String missing) {
    if (value != null) {
      throw new ParameterException(
          command,
          given
              + " names another cluster than the local stack; name its other half with "
              + missing);
    }
    return stack.stackAddress().orElseThrow(() -> noStack("--bootstrap and --registry"));
  }

  /**
   * Says that there is no local stack.
   *
   * @param options that name another one
   */
  CommandException noStack(String options) {
    return new CommandException(
        "no stack is ready on "
            + stack.root()
            + "; start one with `dolly up`, or name one with "
            + options);
  }
}
