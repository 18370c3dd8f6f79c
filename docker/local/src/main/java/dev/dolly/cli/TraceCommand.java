package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.client.PartitionReader;
import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.trace.Found;
import dev.dolly.trace.Trace;
import dev.dolly.trace.TraceTree;
import dev.dolly.trace.Tracer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dolly trace}. */
@Command(
    name = "trace",
    description = {
      "Says where an answer came from: its prompt, the model that gave it, the events of that"
          + " version, the run that made it, the offsets of the dataset that the run read, and the"
          + " models before it. A dead letter is traced as well.",
      "Only the partition of the request's key is searched (for a prompt that has neither answer nor"
          + " dead letter, the others too); all else is found by offset."
    })
final class TraceCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ClusterOptions cluster;

  @Parameters(
      paramLabel = "REQUEST_ID",
      description =
          "The answer's; a prompt without one has" + " topic-partition-offset of its record.")
  private String requestId;

  @Option(
      names = "--from",
      paramLabel = "earliest|TIME",
      converter = StartingPointConverter.class,
      description =
          "Where to begin to search: the oldest record (default), or the first of a time (epoch"
              + " milliseconds or 2026-01-31T12:00:00Z).")
  private StartingPoint from = new StartingPoint.Earliest();

  @Option(
      names = "--records",
      description = "Print the records that the newest answer's model was trained on as well.")
  private boolean records;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "With --records: so many at most (default: all).")
  private int limit = Integer.MAX_VALUE;

  @Option(names = "--json", description = "Print one JSON object (docs/lineage.md).")
  private boolean json;

  TraceCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Cluster target = cluster.cluster();
    try (PartitionReader reader = new PartitionReader(target.bootstrap(), TopicReader.PATIENCE)) {
      Tracer tracer = new Tracer(reader, target.schemas());
      Trace trace = tracer.trace(requestId, from);
      if (trace.isEmpty()) {
        throw new CommandException(
            "nothing is known of "
                + requestId
                + ": no answer, dead letter or prompt has that key"
                + (from instanceof StartingPoint.Earliest ? "" : " from there on"));
      }
      print(tracer, trace);
    }
    return 0;
  }

  private void print(Tracer tracer, Trace trace) {
    if (json) {
      ObjectNode root = TraceJson.of(trace);
      if (records) {
        ArrayNode array = root.putArray("trained_on");
        examples(tracer, trace, example -> array.add(TraceJson.found(example)));
      }
      terminal.result(Json.line(root));
      return;
    }
    TraceTree.of(trace).forEach(terminal::result);
    if (records) {
      terminal.result("");
      long count = examples(tracer, trace, example -> terminal.result(TraceTree.of(example)));
      if (count > limit) {
        terminal.result("… %,d more".formatted(count - limit));
      }
    }
  }

  private long examples(Tracer tracer, Trace trace, Consumer<Found<InstructionRecord>> each) {
    List<Trace.Answer> answers = trace.answers();
    return answers.isEmpty()
        ? 0
        : tracer.examples(answers.get(answers.size() - 1).model().dataset(), limit, each);
  }
}
