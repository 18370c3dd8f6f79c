package dev.dolly.cli;

import dev.dolly.chaos.ChaosListener;
import dev.dolly.chaos.ChaosReport;
import dev.dolly.chaos.ChaosRun;
import dev.dolly.chaos.ChaosSettings;
import dev.dolly.chaos.Killed;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly chaos}. */
@Command(
    name = "chaos",
    description = {
      "Breaks a stack on purpose and counts. It starts one on new data, sends prompts of all kinds"
          + " (some broken, so that they must become dead letters), kills the processes of broker,"
          + " registry and jobs with kill -9 meanwhile, and waits until all is answered.",
      "Then it reads the topics from their beginnings: each prompt must have exactly one committed"
          + " answer or dead letter, and its chunks must make its text. Exit code 0 says that it"
          + " was so. --kills 0 is a plain load test.",
      "The same seed gives the same prompts and the same sequence of kills."
    })
final class ChaosCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private StackOptions stack;

  @Option(
      names = "--prompts",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "How many prompts (default: 1000).")
  private Integer prompts;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Send prompts for that time, such as 30m, in place of a number.")
  private Duration time;

  @Option(
      names = "--kills",
      paramLabel = "K",
      description = "How many processes to kill; from 3 on, each part at least once (default: 5).")
  private int kills = 5;

  @Option(names = "--seed", paramLabel = "S", description = "Of prompts and kills (default: 1).")
  private long seed = 1;

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Prompts without outcome at once, at most (default: 256).")
  private int outstanding = 256;

  @Option(
      names = "--backlog",
      description = "Send all prompts at once, however many are without outcome.")
  private boolean backlog;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Send that many prompts a second, at most (default: no bound).")
  private Double rate;

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Give up when no outcome comes for that long (default: 5m).")
  private Duration patience = Duration.ofMinutes(5);

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "Compare speed and memory of the first and the last minute after that time only"
              + " (default: 2m).")
  private Duration warmUp = Duration.ofMinutes(2);

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the count and the figures there, as one JSON object.")
  private Path json;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where to work (default: a new directory in .dolly/); removed when the count is right,"
              + " else kept.")
  private Path data;

  ChaosCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ChaosSettings settings = settings();
    Said said = new Said(settings);
    return new WorkingDirectory(terminal, data, "chaos-")
        .run(
            stack,
            said::said,
            (running, parts) -> {
              int window = ModelDirectory.open(parts.model()).config().window();
              end(new ChaosRun(running, settings, window, Clock.systemUTC(), said).run());
            });
  }

  private void end(ChaosReport report) {
    ChaosFigures figures = new ChaosFigures(report, seed);
    figures.lines().forEach(line -> terminal.out().print(line + "\n"));
    terminal.out().flush();
    if (json != null) {
      try {
        Files.writeString(json, Json.line(figures.json()) + "\n");
      } catch (IOException e) {
        throw new CommandException("cannot write " + json + ": " + e, e);
      }
    }
    if (!report.isRight()) {
      throw new CommandException("the count is not right, see above");
    }
  }

  private ChaosSettings settings() {
    if (prompts != null && time != null) {
      throw new ParameterException(command.commandLine(), "--prompts and --for exclude each other");
    }
    if (backlog && time != null) {
      throw new ParameterException(
          command.commandLine(), "--backlog sends a number of prompts: name it with --prompts");
    }
    try {
      return new ChaosSettings(
          seed,
          prompts == null ? 1000 : prompts,
          Optional.ofNullable(time),
          kills,
          backlog ? OptionalInt.empty() : OptionalInt.of(outstanding),
          rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
          patience,
          warmUp);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  /** Tells the user how it goes, from the run and from the threads of the stack. */
  private final class Said implements ChaosListener {
    private final ProgressLine line = new ProgressLine(terminal);
    private final ChaosSettings settings;
    private int killed;

    Said(ChaosSettings settings) {
      this.settings = settings;
    }

    @Override
    public synchronized void progressed(int sent, int outcomes) {
      line.show(
          "%6.1f s  %d of %s have their outcome, %d out, %d of %d kills"
              .formatted(
                  Terminal.sinceCalled().toMillis() / 1000.0,
                  outcomes,
                  settings.time().isPresent() ? sent : settings.prompts(),
                  sent - outcomes,
                  killed,
                  settings.kills()),
          false);
    }

    @Override
    public synchronized void killed(Killed kill) {
      killed++;
      said("kill -9 of " + kill.part().title());
    }

    @Override
    public synchronized void said(String text) {
      line.show("%6.1f s  %s".formatted(Terminal.sinceCalled().toMillis() / 1000.0, text), true);
    }
  }
}
