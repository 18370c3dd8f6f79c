package dev.dolly.cli;

import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolly topics list}. */
@Command(
    name = "list",
    description = "Prints the catalogue's topics, one JSON object a line, and whether they exist.")
final class TopicsListCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ClusterOptions cluster;

  TopicsListCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, ExecutionException {
    Set<String> existing;
    try (Admin admin = cluster.broker().admin()) {
      existing = admin.listTopics().names().get();
    }
    for (Topic<?> topic : TopicCatalogue.all()) {
      terminal.result(
          Json.line(
              Json.object()
                  .put("topic", topic.name())
                  .put("key", topic.key())
                  .put("partitions", topic.partitions())
                  .put("retention", topic.retention().map(Object::toString).orElse("forever"))
                  .put("exists", existing.contains(topic.name()))));
    }
    return 0;
  }
}
