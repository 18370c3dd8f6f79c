package dev.dolly.cli;

import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicCreation;
import dev.dolly.schemas.topic.TopicSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly topics create}. */
@Command(
    name = "create",
    description = {
      "Creates the topics that are missing and prints one line for each: its name and whether it is"
          + " new.",
      "Topics that exist are left as they are."
    })
final class TopicsCreateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "A setting: topics.replication-factor=3, topics.partitions.NAME=16,"
            + " topics.retention.NAME=7d (or forever). May be repeated."
      })
  private Map<String, String> settings = new LinkedHashMap<>();

  TopicsCreateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    TopicSettings topicSettings;
    try {
      topicSettings = TopicSettings.parse(settings);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--set: " + e.getMessage(), e);
    }
    try (Admin admin = cluster.broker().admin()) {
      TopicCreation done = TopicCreation.createMissing(admin, TopicCatalogue.all(), topicSettings);
      done.created().forEach(name -> terminal.result(name + " created"));
      done.existing().forEach(name -> terminal.result(name + " exists"));
    }
    return 0;
  }
}
