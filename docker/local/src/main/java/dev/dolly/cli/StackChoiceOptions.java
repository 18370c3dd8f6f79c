package dev.dolly.cli;

import dev.dolly.local.DataDirectory;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of {@link ClusterOptions} for commands whose {@code --data} is a data set. */
final class StackChoiceOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers (default: those of the local stack).")
  private String bootstrap;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "Schema registry (default: the local stack's).")
  private String registry;

  @Option(
      names = "--stack",
      paramLabel = "DIR",
      description = "What the local stack keeps (default: .dolly beside the dolly script).")
  private Path stack;

  ClusterChoice choice() {
    return new ClusterChoice(
        command.commandLine(),
        new DataDirectory(stack == null ? Home.system().data() : stack),
        bootstrap,
        registry);
  }
}
