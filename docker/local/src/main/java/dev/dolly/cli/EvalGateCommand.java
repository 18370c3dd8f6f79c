package dev.dolly.cli;

import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.gate.Gate;
import dev.dolly.eval.gate.GateListener;
import dev.dolly.eval.gate.GateRules;
import dev.dolly.eval.gate.GateSettings;
import dev.dolly.eval.gate.Suites;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import dev.dolly.schemas.checkpoint.CheckpointUri;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code dolly eval gate}. */
@Command(
    name = "gate",
    description = {
      "Runs a model's promotion gate alone, in the foreground until Ctrl-C or SIGTERM: evaluates each"
          + " candidate checkpoint, and promotes or rejects it by the rules of a file"
          + " (docs/gate.md), once. Prints a JSON object a decision.",
      "One gate a model: a second one takes over from the first, also from a stack's own. Topics and"
          + " schemas must be there."
    })
final class EvalGateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--model-name",
      paramLabel = "NAME",
      required = true,
      description = "The model whose candidates are decided on, as `models list` shows it.")
  private String model;

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description = "By what candidates are judged (default: config/gate.yaml).")
  private Path rules = Home.system().config("gate.yaml");

  @Option(
      names = "--checkpoint-prefixes",
      split = ",",
      converter = CheckpointUriConverter.class,
      paramLabel = "URI",
      description =
          "Directories under which checkpoints are opened, with commas between them (default: the"
              + " working directory).")
  private List<CheckpointUri> prefixes =
      List.of(CheckpointUri.parse(Path.of("").toAbsolutePath().toUri().toString()));

  /** Picocli shows the message of its own exception only. */
  static final class CheckpointUriConverter implements ITypeConverter<CheckpointUri> {
    @Override
    public CheckpointUri convert(String text) {
      try {
        return CheckpointUri.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  EvalGateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    GateRules read;
    try {
      read = GateRules.read(rules);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--rules: " + e.getMessage(), e);
    }
    Cluster target = cluster.cluster();
    GateSettings settings =
        new GateSettings(
            target.bootstrap(), target.registry(), model, new CheckpointPrefixes(prefixes));
    StopSignal signal = new StopSignal(terminal, 0);
    try {
      Gate gate =
          new Gate(
              settings,
              read,
              Suites.of(read, rules.toAbsolutePath().getParent(), settings),
              new Told());
      terminal.progress("the gate of " + model + " runs; stop with Ctrl-C");
      gate.run();
    } catch (EvaluationException e) {
      throw new CommandException(e.getMessage(), e);
    } catch (InterruptedException e) {
      terminal.progress("Stopped; what is not decided is decided by the next gate.");
    } finally {
      signal.close();
    }
    return 0;
  }

  private final class Told implements GateListener {
    @Override
    public void evaluating(CheckpointEvent event) {
      terminal.progress("evaluating " + event.getVersion());
    }

    @Override
    public void decided(CheckpointEvent decision) {
      terminal.result(
          Json.line(
              Json.object()
                  .put("model", decision.getModel())
                  .put("version", decision.getVersion())
                  .put("status", decision.getStatus().name())
                  .put("reason", decision.getReason())
                  .put("event_id", decision.getEventId())));
    }

    @Override
    public void passedOver(CheckpointEvent candidate, String why) {
      terminal.progress(candidate.getVersion() + " is passed over: " + why);
    }

    @Override
    public void waiting(String why) {
      terminal.progress("waiting for the cluster: " + why);
    }
  }
}
