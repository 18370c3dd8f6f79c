package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.ingest.IngestSettings;
import dev.dolly.json.Json;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.watch.TopicFigures;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolly topics list}. */
@Command(
    name = "list",
    description = {
      "Prints the catalogue's topics and what others there are, one JSON object a line: whether they exist, the offsets that"
          + " each partition has, how many those are in all (transactions leave marks that take"
          + " one), bytes of one replica, and how many records our own group has not committed."
    })
final class TopicsListCommand implements Callable<Integer> {
  /** Who of ours reads a topic and commits how far. */
  private static final Map<String, String> GROUPS =
      Map.of(
          TopicCatalogue.PROMPTS_RAW.name(), IngestSettings.DEFAULT_APPLICATION_ID,
          TopicCatalogue.PROMPTS.name(), InferenceSettings.DEFAULT_GROUP_ID);

  private final Terminal terminal;

  @Mixin private ClusterOptions cluster;

  TopicsListCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, ExecutionException {
    Cluster target = cluster.broker();
    Set<String> existing;
    try (Admin admin = target.admin()) {
      existing = new TreeSet<>(admin.listTopics().names().get());
    }
    List<Topic<?>> topics = TopicCatalogue.all();
    Map<String, TopicFigures> figures =
        TopicFigures.read(target.bootstrap(), List.copyOf(existing), GROUPS);
    for (Topic<?> topic : topics) {
      ObjectNode line =
          Json.object()
              .put("topic", topic.name())
              .put("key", topic.key())
              .put("partitions", topic.partitions())
              .put("retention", topic.retention().map(Object::toString).orElse("forever"))
              .put("exists", existing.contains(topic.name()));
      if (figures.containsKey(topic.name())) {
        add(line, figures.get(topic.name()));
        figures
            .get(topic.name())
            .lag()
            .ifPresent(lag -> line.put("group", GROUPS.get(topic.name())).put("lag", lag));
      }
      terminal.result(Json.line(line));
    }
    for (String other : existing) { // a user's own datasets and copies
      if (TopicCatalogue.find(other).isEmpty()) {
        ObjectNode line = Json.object().put("topic", other).put("exists", true);
        add(line, figures.get(other));
        terminal.result(Json.line(line));
      }
    }
    return 0;
  }

  private static void add(ObjectNode line, TopicFigures figures) {
    line.put("partitions", figures.offsets().size())
        .put("records", figures.records())
        .put("bytes", figures.bytes());
    ArrayNode offsets = line.putArray("offsets");
    figures
        .offsets()
        .forEach(
            (partition, ends) ->
                offsets
                    .addObject()
                    .put("partition", partition)
                    .put("from", ends.from())
                    .put("to", ends.to()));
  }
}
