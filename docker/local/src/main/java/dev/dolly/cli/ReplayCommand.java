package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.client.PartitionReader;
import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.json.Json;
import dev.dolly.replay.Selection;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dolly replay}. */
@Command(
    name = "replay",
    description = {
      "Takes what a topic has again, up to its end as it is now: prints it, copies it to another"
          + " topic, or makes prompts of it.",
      "Of a dataset each id's last record counts, and none that was retracted.",
      "As prompts: a dataset's instructions, with what they are to be answered as"
          + " metadata.expected; the prompts of answers, under new ids and with the old seed; dead"
          + " letters, under their own ids and with the origin that they had."
    })
final class ReplayCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ClusterOptions cluster;

  @Parameters(paramLabel = "TOPIC", description = "The topic.")
  private String topic;

  @Option(
      names = "--from",
      paramLabel = "earliest|TIME|OFFSETS",
      converter = StartingPointConverter.class,
      description =
          "Where to begin: the oldest record (default), a time (epoch milliseconds or"
              + " 2026-01-31T12:00:00Z), or offsets by partition such as 0:120,3:40.")
  private StartingPoint from = new StartingPoint.Earliest();

  @Option(
      names = "--until",
      paramLabel = "latest|TIME|OFFSETS",
      converter = StartingPointConverter.class,
      description = "Where to end: before that place (default: the topic's end as it is now).")
  private StartingPoint until = new StartingPoint.Latest();

  @Mixin private FieldConditions conditions;

  @Option(
      names = "--sample",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "So many of them, drawn at random.")
  private Integer sample;

  @Option(
      names = "--sample-seed",
      paramLabel = "N",
      description = "The same seed draws the same records (default: ${DEFAULT-VALUE}).")
  private long sampleSeed = 1;

  @Option(
      names = "--as-prompts",
      description = "Make a prompt of each; printed, unless --to says where they go.")
  private boolean asPrompts;

  @Option(
      names = "--to",
      paramLabel = "TOPIC",
      description =
          "Copy the records there as they are, to a topic that is made if it is missing; with"
              + " --as-prompts: dolly.prompts.raw, to be answered.")
  private String to;

  @Mixin private ParamOptions params;

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      converter = FieldEdit.Converter.class,
      description =
          "With --as-prompts: change a field of each, such as instruction=… or"
              + " params.max_new_tokens=32. May be repeated.")
  private FieldEdit[] edits = {};

  @Option(
      names = "--compare",
      description =
          "With --as-prompts --to, of dolly.responses: wait for the new answers, and count those that"
              + " are equal to the old, similar (at most a fifth of the characters changed) and"
              + " different.")
  private boolean compare;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "With --compare: wait no longer for the next answer (default: 60s).")
  private Duration timeout = Duration.ofMinutes(1);

  ReplayCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    check();
    Cluster target = cluster.cluster();
    try (PartitionReader reader = new PartitionReader(target.bootstrap(), TopicReader.PATIENCE)) {
      Selection selection =
          new Selection(
              reader.spans(topic, from, until),
              Optional.ofNullable(conditions.key()),
              inside(target),
              isDataset(target),
              sample == null ? OptionalInt.empty() : OptionalInt.of(sample),
              sampleSeed);
      if (asPrompts) {
        prompts(target, reader, selection);
      } else if (to != null) {
        copy(target, reader, selection);
      } else {
        print(target, reader, selection);
      }
    }
    return 0;
  }

  private void check() {
    String problem = null;
    if (!asPrompts && (edits.length > 0 || compare || !params.json().isEmpty())) {
      problem = "--set, --compare and the options of prompts need --as-prompts";
    } else if (asPrompts && to != null && !to.equals(TopicCatalogue.PROMPTS_RAW.name())) {
      problem =
          "prompts go to " + TopicCatalogue.PROMPTS_RAW.name() + " or are printed, not to " + to;
    } else if (compare && (to == null || !topic.equals(TopicCatalogue.RESPONSES.name()))) {
      problem =
          "--compare is for answers that are sent again: replay dolly.responses --as-prompts --to "
              + TopicCatalogue.PROMPTS_RAW.name();
    } else if (topic.equals(to) && !asPrompts) {
      problem = "a topic is not copied to itself";
    }
    if (problem != null) {
      throw new ParameterException(command.commandLine(), problem);
    }
  }

  private Predicate<ConsumerRecord<byte[], byte[]>> inside(Cluster target) {
    if (!conditions.lookInside()) {
      return record -> true;
    }
    RecordText text = text(target);
    Predicate<JsonNode> holds = conditions.inside();
    return record -> holds.test(text.of(record).json());
  }

  private void prompts(Cluster target, PartitionReader reader, Selection selection)
      throws InterruptedException {
    PromptReplay replay = new PromptReplay(terminal, target, params.json(), edits);
    if (to == null) {
      replay.print(reader, selection);
    } else if (compare) {
      replay.compare(reader, selection, timeout);
    } else {
      replay.send(reader, selection);
    }
  }

  private void copy(Cluster target, PartitionReader reader, Selection selection) {
    long records = new TopicCopy(target, terminal).copy(reader, selection, topic, to);
    terminal.result(
        Json.line(Json.object().put("from", topic).put("to", to).put("records", records)));
  }

  private void print(Cluster target, PartitionReader reader, Selection selection) {
    RecordText text = text(target);
    boolean[] readable = {true};
    selection.read(
        reader,
        record -> {
          RecordText.Line line = text.of(record);
          readable[0] &= line.readable();
          terminal.out().print(Json.line(line.json()) + "\n");
        });
    terminal.out().flush();
    if (!readable[0]) {
      throw new CommandException(
          "some records of " + topic + " could not be read, see their lines");
    }
  }

  private RecordText text(Cluster target) {
    boolean json =
        TopicCatalogue.find(topic).map(t -> t.value() instanceof TopicValue.Json).orElse(false);
    return json ? RecordText.ofJson() : RecordText.ofAnything(target.schemas());
  }

  private boolean isDataset(Cluster target) {
    return target.recordsOf(topic).equals(Optional.of(InstructionRecord.class.getName()));
  }
}
