package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.ingest.dataset.DatasetLoader.Loaded;
import dev.dolly.json.Json;
import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dolly load}. */
@Command(
    name = "load",
    description = {
      "Puts an instruction dataset onto a topic to train on: JSON lines or a JSON array, as it is or"
          + " compressed by gzip, with databricks-dolly-15k's fields, alpaca's or self-instruct's. The"
          + " topic is made if it is missing.",
      "A record is named by its content, and only those that the topic lacks are written: loading a"
          + " file again changes nothing. Entries that are no records are named on standard error"
          + " and sent to the dead letters; the exit code is then 1.",
      "With --prompts a file of prompts, which go to the raw prompt topic."
    })
final class LoadCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ClusterOptions cluster;

  @Parameters(
      paramLabel = "DATASET",
      description =
          "A file; a URL such as s3://bucket/file, where Flink has a plugin for it; a name on a"
              + " Hugging Face hub, such as databricks/databricks-dolly-15k (HF_ENDPOINT, HF_TOKEN); or dolly-15k,"
              + " which is bundled. With --retract also a record's id.")
  private String dataset;

  @Option(names = "--topic", paramLabel = "NAME", description = "The topic (default: dolly-15k).")
  private String topic = TopicCatalogue.DOLLY_15K.name();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the dataset in its records (default: the file's own, or the hub's).")
  private String name;

  @Option(
      names = "--licence",
      paramLabel = "SPDX",
      description = "Licence of the dataset in its records (default: NOASSERTION).")
  private String licence;

  @Option(
      names = "--file",
      paramLabel = "NAME",
      description = "Which file of the hub's repository (default: its only one of JSON).")
  private String hubFile;

  @Option(names = "--strict", description = "Write nothing if an entry is no record.")
  private boolean strict;

  @Option(
      names = "--retract",
      description = "Take the file's records, or the one of that id, back from the topic.")
  private boolean retract;

  @Option(
      names = "--prompts",
      description = "The file has prompts, a JSON object a line: send them to be answered.")
  private boolean prompts;

  @Option(
      names = "--rate",
      paramLabel = "N/s",
      converter = RateConverter.class,
      description = "With --prompts: so many a second, or 30/m (default: as fast as can be).")
  private Double rate;

  LoadCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (retract && (prompts || strict) || rate != null && !prompts || prompts && strict) {
      throw new ParameterException(
          command.commandLine(),
          "--retract, --prompts and --strict exclude each other, and --rate is for --prompts");
    }
    if (prompts && Stream.of("--topic", "--name", "--licence").anyMatch(this::isGiven)) {
      throw new ParameterException(
          command.commandLine(),
          "--topic, --name and --licence are for datasets; with --prompts all goes to "
              + TopicCatalogue.PROMPTS_RAW.name());
    }
    if (!topic.equals(TopicCatalogue.DOLLY_15K.name()) && TopicCatalogue.find(topic).isPresent()) {
      throw new ParameterException(
          command.commandLine(), "--topic " + topic + " is no dataset's; give it another name");
    }
    if (prompts) {
      NamedDataset file = find();
      PromptFile.Sent sent = new PromptFile(terminal, cluster.broker()).send(file.input(), rate);
      terminal.result(
          Json.line(
              Json.object()
                  .put("topic", TopicCatalogue.PROMPTS_RAW.name())
                  .put("prompts", sent.prompts())
                  .put("refused", sent.refused())));
      if (sent.refused() > 0) {
        throw new CommandException(
            sent.refused() + " lines were not sent, see theirs; the others were");
      }
      return 0;
    }
    if (retract) {
      return retract();
    }
    NamedDataset file = find().called(name, licence);
    Loaded loaded = new DatasetTopics(cluster.cluster(), terminal).load(file, topic, strict);
    ObjectNode result =
        Json.object()
            .put("topic", topic)
            .put("records", loaded.written() + loaded.present())
            .put("written", loaded.written())
            .put("present", loaded.present())
            .put("refused", loaded.refused());
    terminal.result(Json.line(result));
    if (loaded.refused() > 0) {
      throw new CommandException(
          "some entries are no records, see their lines and "
              + TopicCatalogue.DEAD_LETTERS.name()
              + "; the others are loaded");
    }
    return 0;
  }

  private int retract() throws InterruptedException {
    List<String> ids = new ArrayList<>();
    boolean whole = true;
    if (dataset.matches("[0-9a-f]{64}")) {
      ids.add(dataset);
    } else {
      whole = read(find(), ids) == 0;
    }
    long retracted = new DatasetTopics(cluster.cluster(), terminal).retract(ids, topic);
    terminal.result(Json.line(Json.object().put("topic", topic).put("retracted", retracted)));
    if (!whole) {
      throw new CommandException(
          "some entries are no records, see their lines; the others are taken back");
    }
    return 0;
  }

  private boolean isGiven(String option) {
    return command.commandLine().getParseResult().hasMatchedOption(option);
  }

  private NamedDataset find() throws InterruptedException {
    return NamedDataset.find(dataset, Optional.ofNullable(hubFile), terminal);
  }

  /** Collects the ids; returns how many entries are no records. */
  private long read(NamedDataset file, List<String> ids) {
    AtomicLong refused = new AtomicLong();
    try (InputStream in = file.input().open()) {
      DatasetFile.read(
          file.input().name(),
          in,
          entry -> {
            if (entry instanceof DatasetEntry.Found found) {
              ids.add(found.id());
            } else if (entry instanceof DatasetEntry.Broken broken) {
              terminal.progress(file.refusal(broken));
              refused.incrementAndGet();
            }
          });
    } catch (IOException e) {
      throw new CommandException("cannot read it: " + e.getMessage(), e);
    }
    return refused.get();
  }
}
