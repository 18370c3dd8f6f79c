package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.client.CommittedConsumer;
import dev.dolly.client.TopicReader;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.heldout.HeldOutEvaluation;
import dev.dolly.eval.heldout.HeldOutListener;
import dev.dolly.eval.heldout.HeldOutRecord;
import dev.dolly.eval.heldout.HeldOutScores;
import dev.dolly.eval.heldout.HeldOutSplit;
import dev.dolly.eval.heldout.RunSplits;
import dev.dolly.eval.output.ScoreFile;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly eval heldout}. */
@Command(
    name = "heldout",
    description = {
      "Scores a model on records that were held out: loss and perplexity of their responses; its own"
          + " greedy answers beside them by ROUGE-L and exact match, overall and by category.",
      "The records are a file's, or those that the run of a version held out, found again on its"
          + " topic."
    })
final class EvalHeldOutCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ModelOptions model;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "All records of this file, JSON lines or a JSON array.")
  private Path data;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description =
          "The records that the run of this version held out; without --model it is scored itself.")
  private String version;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "The first so many of them.")
  private Integer limit;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Tokens of an answer at most (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens = HeldOutEvaluation.MAX_NEW_TOKENS;

  @Option(names = "--no-answers", description = "Loss and perplexity only: generate nothing.")
  private boolean noAnswers;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write {\"tasks\": {NAME: {\"docs\", METRIC, METRIC_stderr, …}}} there.")
  private Path json;

  @Mixin private StackChoiceOptions cluster;

  EvalHeldOutCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if ((data == null) == (version == null)) {
      throw new ParameterException(
          command.commandLine(), "records come from --data or from --version: name one of them");
    }
    Optional<Cluster> target =
        version == null ? Optional.empty() : Optional.of(cluster.choice().cluster());
    Optional<NamedVersion> named = target.map(there -> NamedVersion.find(there, version));
    HeldOutSplit split =
        named.isPresent()
            ? split(target.get(), named.get())
            : HeldOutSplit.ofFile(data, broken -> terminal.progress(broken.in(data.toString())));
    ModelDirectory directory =
        model.isBundled() && named.isPresent() ? named.get().open() : model.open();
    HeldOutScores scores = score(directory, chosen(split));
    if (scores.leftOut() > 0) {
      terminal.progress(
          "%d records left out: without instruction or response, or as long as the model's window."
              .formatted(scores.leftOut()));
    }
    List<TaskResult> results = scores.results();
    HeldOutTable.lines(results).forEach(terminal::result);
    if (json != null) {
      ObjectNode root = Json.object();
      ObjectNode tasks = root.putObject("tasks");
      results.forEach(result -> tasks.set(result.task(), ScoreFile.of(result)));
      Files.writeString(json, Json.line(root) + "\n");
    }
    return 0;
  }

  private static HeldOutSplit split(Cluster target, NamedVersion named) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        CommittedConsumer.open(target.bootstrap(), TopicReader.PATIENCE)) {
      return new RunSplits(consumer, target.schemas()).of(named.event(), named.open());
    }
  }

  private List<HeldOutRecord> chosen(HeldOutSplit split) {
    if (split instanceof HeldOutSplit.Absent absent) {
      throw new CommandException(absent.message());
    }
    List<HeldOutRecord> records = ((HeldOutSplit.Found) split).records();
    return limit == null ? records : records.subList(0, Math.min(limit, records.size()));
  }

  private HeldOutScores score(ModelDirectory directory, List<HeldOutRecord> records)
      throws InterruptedException {
    try (LanguageModel loaded = LanguageModel.load(directory, model.compute())) {
      return new HeldOutEvaluation(
              loaded,
              model.batch(),
              noAnswers ? OptionalInt.empty() : OptionalInt.of(maxNewTokens),
              new Shown(new ProgressLine(terminal)))
          .of(records);
    }
  }

  /** Shows how far it is. */
  private record Shown(ProgressLine line) implements HeldOutListener {
    @Override
    public void scored(int records, int all) {
      line.show("%d of %d records scored".formatted(records, all), records == all);
    }

    @Override
    public void answered(int records, int all) {
      line.show("%d of %d records answered".formatted(records, all), records == all);
    }
  }
}
