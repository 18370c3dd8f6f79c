package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.json.Json;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly consume}. */
@Command(
    name = "consume",
    description = {
      "Prints the records of a topic, one JSON object a line or as a table: answers, unless --topic"
          + " says otherwise.",
      "Bytes are Base64; where they are UTF-8 the text stands beside them under NAME_text."
    })
final class ConsumeCommand implements Callable<Integer> {
  private static final Duration LONGEST_POLL = Duration.ofMillis(500);

  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description = "The topic (default: dolly.responses).")
  private String topic = TopicCatalogue.RESPONSES.name();

  @Option(
      names = "--from",
      paramLabel = "earliest|latest|TIME|OFFSETS",
      converter = StartingPointConverter.class,
      description =
          "Where to begin: the oldest record (default), only what comes from now on, the first"
              + " record of a time (epoch milliseconds or 2026-01-31T12:00:00Z), or offsets by"
              + " partition such as 0:120,3:40.")
  private StartingPoint from = new StartingPoint.Earliest();

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "End after that many records (default: go on until stopped).")
  private Long count;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "End after that time, such as 30s or 5m; with --count, too few records are then a"
              + " failure.")
  private Duration timeout;

  @Mixin private FieldConditions conditions;

  @Option(
      names = "--format",
      paramLabel = "json|table",
      description = "JSON lines (default), or a table for people.")
  private Format format = Format.json;

  private final RecordTable table = new RecordTable();

  /** As they are written on the command line. */
  private enum Format {
    json,
    table
  }

  ConsumeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (count != null && count < 1) {
      throw new ParameterException(
          command.commandLine(), "--count must be at least 1, not " + count);
    }
    boolean json =
        TopicCatalogue.find(topic).map(t -> t.value() instanceof TopicValue.Json).orElse(false);
    Cluster target = json ? cluster.broker() : cluster.cluster();
    RecordText text =
        json
            ? RecordText.ofJson()
            : RecordText.ofAnything(timeout == null ? target.schemas() : target.schemas(timeout));
    long end = timeout == null ? Long.MAX_VALUE : System.nanoTime() + timeout.toNanos();
    Predicate<JsonNode> holds = conditions.inside();
    long read = 0;
    boolean allReadable = true;
    try (TopicReader reader =
        new TopicReader(target.bootstrap(), List.of(topic), from, TopicReader.PATIENCE)) {
      while (count == null || read < count) {
        long left = timeout == null ? Long.MAX_VALUE : end - System.nanoTime();
        if (left <= 0) {
          break;
        }
        Duration wait = Duration.ofNanos(Math.min(left, LONGEST_POLL.toNanos()));
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(wait)) {
          if (count != null && read == count) {
            break;
          }
          if (!conditions.hasKey(record)) {
            continue;
          }
          RecordText.Line line = text.of(record);
          if (!holds.test(line.json())) {
            continue;
          }
          print(line.json());
          allReadable &= line.readable();
          read++;
        }
        terminal.out().flush();
        if (terminal.out().checkError()) {
          return 0; // whoever read along has seen enough
        }
      }
    }
    if (count != null && read < count) {
      throw new CommandException(
          "only %d of %d records on %s within %s s"
              .formatted(read, count, topic, timeout.toMillis() / 1000.0));
    }
    if (!allReadable) {
      throw new CommandException(
          "some records of " + topic + " could not be read, see their lines");
    }
    return 0;
  }

  private void print(JsonNode record) {
    if (format == Format.json) {
      terminal.out().print(Json.line(record) + "\n");
    } else {
      table.lines(record).forEach(line -> terminal.out().print(line + "\n"));
    }
  }
}
