package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.dolly.client.StartingPoint;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.eval.shadow.Comparison;
import dev.dolly.eval.shadow.RecordedAnswer;
import dev.dolly.eval.shadow.ShadowAnswer;
import dev.dolly.eval.shadow.ShadowReport;
import dev.dolly.eval.shadow.ShadowRun;
import dev.dolly.json.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly eval shadow}. */
@Command(
    name = "shadow",
    description = {
      "Gives a candidate the prompts that a cluster has answered, with the same parameters and"
          + " seeds, and says what changes: the answers that are not the same, then how many are"
          + " equal, similar (at most a fifth of the characters changed, or ended otherwise) and"
          + " different, and how long and how fast each side's are.",
      "The candidate runs in this process and nothing is written to any topic."
    })
final class EvalShadowCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Option(names = "--candidate", paramLabel = "DIR", description = "A model directory.")
  private Path candidate;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "The checkpoint of this version, instead of a directory.")
  private String version;

  @Option(
      names = "--from",
      paramLabel = "earliest|TIME|OFFSETS",
      converter = StartingPointConverter.class,
      description =
          "Where to begin in dolly.responses: the oldest answer (default), a time, or offsets by"
              + " partition such as 0:120,3:40.")
  private StartingPoint from = new StartingPoint.Earliest();

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "So many answers from there on (default: ${DEFAULT-VALUE}).")
  private int limit = 1000;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Prompts that run at once (default: 32).")
  private int maxBatch = BatchSettings.defaults().maxBatch();

  @Option(names = "--json", description = "Print JSON lines, the summary last.")
  private boolean json;

  @Mixin private DeterministicOption deterministic;
  @Mixin private ComputeOptions compute;
  @Mixin private ClusterOptions cluster;

  EvalShadowCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if ((candidate == null) == (version == null)) {
      throw new ParameterException(
          command.commandLine(), "the candidate is --candidate or --version: name one of them");
    }
    Cluster target = cluster.cluster();
    ModelDirectory directory =
        version == null
            ? ModelDirectory.open(candidate)
            : NamedVersion.find(target, version).open();
    BatchSettings settings =
        BatchSettings.defaults().withMaxBatch(maxBatch).withDeterministic(deterministic.isSet());
    try (LanguageModel model = LanguageModel.load(directory, compute.settings())) {
      List<RecordedAnswer> recorded =
          new RecordedAnswers(target, terminal).read(from, limit, model.promptFormat());
      if (recorded.isEmpty()) {
        throw new CommandException(
            "there are no answers to compare with; ask the cluster something, or begin earlier"
                + " with --from");
      }
      ProgressLine progress = new ProgressLine(terminal);
      print(
          ShadowRun.of(
              model,
              settings,
              recorded,
              done ->
                  progress.show(
                      "%d of %d prompts answered again".formatted(done, recorded.size()),
                      done == recorded.size())));
    }
    return 0;
  }

  private void print(ShadowReport report) {
    for (ShadowAnswer answer : report.answers()) {
      if (answer.comparison() != Comparison.EQUAL) {
        terminal.result(json ? Json.line(object(answer)) : line(answer));
      }
    }
    terminal.result(json ? Json.line(Json.object().set("summary", summary(report))) : text(report));
  }

  private static String line(ShadowAnswer answer) {
    return "%-9s %s: %s => %s"
        .formatted(
            name(answer.comparison()),
            answer.recorded().getRequestId(),
            quoted(answer.recorded().getText()),
            quoted(answer.text()));
  }

  /** One line, and no control character of a model reaches the terminal. */
  private static String quoted(String text) {
    return Json.line(TextNode.valueOf(text));
  }

  private static ObjectNode object(ShadowAnswer answer) {
    return Json.object()
        .put("request_id", answer.recorded().getRequestId())
        .put("comparison", name(answer.comparison()))
        .put("recorded", answer.recorded().getText())
        .put("recorded_version", answer.recorded().getModel().getVersion())
        .put("recorded_finish_reason", answer.recorded().getFinishReason().name())
        .put("candidate", answer.text())
        .put("candidate_finish_reason", answer.finishReason());
  }

  private static ObjectNode summary(ShadowReport report) {
    ObjectNode summary = Json.object().put("prompts", report.answers().size());
    report.counts().forEach((kind, count) -> summary.put(name(kind), count));
    summary.set("recorded", side(report.recorded()));
    summary.set("candidate", side(report.candidate()));
    return summary;
  }

  private static ObjectNode side(ShadowReport.Side side) {
    ObjectNode object =
        Json.object()
            .put("mean_tokens", side.meanTokens())
            .put("mean_characters", side.meanCharacters());
    ObjectNode reasons = object.putObject("finish_reasons");
    side.finishReasons().forEach(reasons::put);
    if (Double.isFinite(side.millisPerToken())) {
      object.put("ms_per_token", side.millisPerToken());
    }
    return object;
  }

  private static String text(ShadowReport report) {
    StringBuilder text = new StringBuilder("%d prompts".formatted(report.answers().size()));
    report.counts().forEach((kind, count) -> text.append(", %d %s".formatted(count, name(kind))));
    text.append(
        "\n%-10s %12s %12s %10s  finish reasons".formatted("", "tokens", "characters", "ms/token"));
    text.append("\n").append(line("recorded", report.recorded()));
    text.append("\n").append(line("candidate", report.candidate()));
    return text.toString();
  }

  private static String line(String name, ShadowReport.Side side) {
    return String.format(
        Locale.ROOT,
        "%-10s %12.1f %12.1f %10.2f  %s",
        name,
        side.meanTokens(),
        side.meanCharacters(),
        side.millisPerToken(),
        side.finishReasons());
  }

  private static String name(Comparison kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
