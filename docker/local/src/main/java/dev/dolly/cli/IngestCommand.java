package dev.dolly.cli;

import dev.dolly.ingest.IngestApp;
import dev.dolly.ingest.IngestSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly ingest}. */
@Command(
    name = "ingest",
    description = {
      "Runs the prompt entrance alone, in the foreground until Ctrl-C or SIGTERM: raw JSON prompts"
          + " become prompts or dead letters, exactly once.",
      "All that run with one application id share the raw topic's partitions, also with a stack's"
          + " own. Topics and schemas must be there: `dolly topics create`, `dolly schemas"
          + " register`."
    })
final class IngestCommand implements Callable<Integer> {
  private static final Duration START = Duration.ofMinutes(2);

  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "A setting: ingest.threads, ingest.application-id, ingest.instance-id,"
              + " ingest.max-record-bytes, ingest.max-instruction-bytes, ingest.max-metadata-bytes,"
              + " ingest.kafka.* (docs/prompts.md). May be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "For Kafka Streams' own files (default: ${DEFAULT-VALUE}).")
  private Path state = Path.of(System.getProperty("java.io.tmpdir"), "dolly-ingest");

  IngestCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Cluster target = cluster.cluster();
    IngestSettings read;
    try {
      read = IngestSettings.of(target.bootstrap(), target.registry(), state, settings);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--set: " + e.getMessage(), e);
    }
    StopSignal signal = new StopSignal(terminal, 0);
    try (IngestApp app = new IngestApp(read)) {
      app.start();
      app.awaitRunning(START);
      terminal.progress("ingest runs; stop with Ctrl-C");
      app.awaitStopped();
      Throwable failure = app.failure().orElse(null);
      throw new CommandException("ingest has failed: " + failure, failure);
    } catch (IllegalStateException e) {
      throw new CommandException(e.getMessage(), e);
    } catch (InterruptedException e) {
      return 0; // told to stop
    } finally {
      signal.close();
    }
  }
}
