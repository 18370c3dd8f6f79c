package dev.dolly.cli;

import dev.dolly.eval.gate.GateRules;
import dev.dolly.local.DataDirectory;
import dev.dolly.local.LocalStack;
import dev.dolly.local.StackSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly up}. */
@Command(
    name = "up",
    description = {
      "Runs broker, schema registry, Flink and the jobs in the foreground until Ctrl-C, SIGTERM or"
          + " `dolly down`, and goes on with what lies on the data directory.",
      "When prompts are being answered it prints {\"bootstrap\", \"registry\", \"flink\"} on one line."
    })
final class UpCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private DataOption data;
  @Mixin private StackOptions stack;

  @Option(names = "--free-ports", description = "Take any free ports, not 9092, 8085 and 8081.")
  private boolean freePorts;

  @Option(
      names = "--no-gate",
      description = "Run no promotion gate: candidates stay such until somebody decides.")
  private boolean noGate;

  @Option(
      names = "--gate-rules",
      paramLabel = "FILE",
      description = {
        "By what the gate judges candidates (docs/gate.md).",
        "Without it: config/gate.yaml for the bundled model, of which it asks questions; beside any"
            + " other model no gate runs."
      })
  private Path rules;

  UpCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Optional<Path> gate = gate();
    DataDirectory directory = data.directory();
    Logs.toDirectory(directory.logs());
    StopSignal signal = new StopSignal(terminal, 0);
    try {
      StackSettings settings =
          stack.settings(
              directory,
              freePorts ? StackSettings.PortChoice.FREE : StackSettings.PortChoice.USUAL);
      StackSettings all = gate.map(settings::withGate).orElse(settings);
      try (LocalStack running = LocalStack.start(all, terminal::timed)) {
        running.announce();
        terminal.result(running.address().toJson());
        terminal.progress("Ready. Stop with Ctrl-C or `dolly down`.");
        running.awaitFailure();
      } catch (InterruptedException e) {
        terminal.progress("Stopped; what is unanswered goes on with the next `dolly up`.");
      }
      return 0;
    } finally {
      signal.close();
    }
  }

  /** The rules of the gate, if one is to run; read before anything starts. */
  private Optional<Path> gate() {
    Optional<Path> file =
        Optional.ofNullable(rules)
            .or(
                () ->
                    stack.isBundled()
                        ? Optional.of(Home.system().config("gate.yaml"))
                        : Optional.empty())
            .filter(any -> !noGate);
    try {
      file.ifPresent(GateRules::read);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--gate-rules: " + e.getMessage(), e);
    }
    return file;
  }
}
