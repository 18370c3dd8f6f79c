package dev.dolly.cli;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command that holds all others, and the program's entry. */
@Command(
    name = "dolly",
    description = "Prompts on a Kafka topic in, answers of a GPT-NeoX or GPT-J model out.",
    synopsisSubcommandLabel = "COMMAND",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = false,
    sortOptions = false,
    usageHelpAutoWidth = true,
    footer = {"", "Exit codes: 0 done, 1 failed, 2 wrong usage. Each command has its own --help."})
public final class Dolly implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "With an error, print where it comes from; show warnings.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Print this and end.")
  private boolean help;

  private Dolly() {}

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // numbers look the same everywhere
    Logs.toStandardError(List.of(arguments).contains("--verbose"));
    Terminal terminal = Terminal.system();
    int code = commandLine(terminal).execute(arguments);
    terminal.out().flush();
    terminal.err().flush();
    System.exit(code);
  }

  /** The whole command line on the given streams. */
  static CommandLine commandLine(Terminal terminal) {
    CommandLine line = new CommandLine(new Dolly());
    line.addSubcommand(new DemoCommand(terminal))
        .addSubcommand(new UpCommand(terminal))
        .addSubcommand(new DownCommand(terminal))
        .addSubcommand(new AskCommand(terminal))
        .addSubcommand(new ProduceCommand(terminal))
        .addSubcommand(new ConsumeCommand(terminal))
        .addSubcommand(new LoadCommand(terminal))
        .addSubcommand(TrainCommand.commandLine(terminal))
        .addSubcommand(new IngestCommand(terminal))
        .addSubcommand(new ReplayCommand(terminal))
        .addSubcommand(new TraceCommand(terminal))
        .addSubcommand(new TopCommand(terminal))
        .addSubcommand(new ChaosCommand(terminal))
        .addSubcommand(new GenerateCommand(terminal))
        .addSubcommand(new ScoreCommand(terminal))
        .addSubcommand(
            new CommandLine(new BenchCommand())
                .addSubcommand(new BenchDecodeCommand(terminal))
                .addSubcommand(new BenchEvalCommand(terminal))
                .addSubcommand(new BenchIngestCommand(terminal))
                .addSubcommand(new BenchSwapCommand(terminal))
                .addSubcommand(new BenchTrainCommand(terminal)))
        .addSubcommand(
            new CommandLine(new EvalCommand(terminal))
                .addSubcommand(new EvalGateCommand(terminal))
                .addSubcommand(new EvalHeldOutCommand(terminal))
                .addSubcommand(new EvalShadowCommand(terminal)))
        .addSubcommand(
            new CommandLine(new ModelsCommand())
                .addSubcommand(new ModelsCheckCommand(terminal))
                .addSubcommand(new ModelsListCommand(terminal))
                .addSubcommand(new ModelsPullCommand(terminal))
                .addSubcommand(new ModelsMakeCommand(terminal))
                .addSubcommand(new ModelsQuantiseCommand(terminal))
                .addSubcommand(new ModelsPromoteCommand(terminal))
                .addSubcommand(new ModelsRollbackCommand(terminal))
                .addSubcommand(new ModelsVerifyCommand(terminal)))
        .addSubcommand(
            new CommandLine(new TopicsCommand())
                .addSubcommand(new TopicsCreateCommand(terminal))
                .addSubcommand(new TopicsListCommand(terminal)))
        .addSubcommand(
            new CommandLine(new SchemasCommand())
                .addSubcommand(new SchemasRegisterCommand(terminal))
                .addSubcommand(new SchemasCheckCommand(terminal)));
    line.setOut(new java.io.PrintWriter(terminal.out(), true));
    line.setErr(new java.io.PrintWriter(terminal.err(), true));
    line.setExpandAtFiles(false); // an instruction may begin with @
    line.setParameterExceptionHandler((e, args) -> wrongUsage(terminal, e));
    line.setExecutionExceptionHandler(failed(terminal));
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int wrongUsage(Terminal terminal, ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    terminal.progress("dolly: " + oneLine(e) + "; see `" + command + " --help`");
    return CommandLine.ExitCode.USAGE;
  }

  private static IExecutionExceptionHandler failed(Terminal terminal) {
    return (e, line, parsed) -> {
      Dolly root = (Dolly) rootOf(line).getCommandSpec().userObject();
      terminal.out().flush();
      terminal.progress("dolly: " + oneLine(e));
      if (root.verbose) {
        e.printStackTrace(terminal.err());
      }
      return CommandLine.ExitCode.SOFTWARE;
    };
  }

  private static CommandLine rootOf(CommandLine line) {
    CommandLine root = line;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    return root;
  }

  /** An error that was made for users says all in its message; another needs its type. */
  private static String oneLine(Exception e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "");
    String text =
        e instanceof ParameterException || Failures.isForUsers(e)
            ? message
            : e.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message);
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
