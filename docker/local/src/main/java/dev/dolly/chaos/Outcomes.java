package dev.dolly.chaos;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Which prompts have an outcome, as it is committed: told by keys alone, so that it needs no
 * registry and goes on when the broker comes back. Not thread safe.
 */
final class Outcomes implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final TopicReader reader;
  private final Set<String> keys = new HashSet<>();

  Outcomes(String bootstrap) {
    reader =
        new TopicReader(
            bootstrap,
            List.of(TopicCatalogue.RESPONSES.name(), TopicCatalogue.DEAD_LETTERS.name()),
            new StartingPoint.Earliest(),
            PATIENCE);
  }

  /**
   * Takes what has come, waiting that long for the first.
   *
   * @return whether any was new
   */
  boolean poll(Duration wait) {
    boolean any = false;
    for (ConsumerRecord<byte[], byte[]> record : reader.poll(wait)) {
      any |= keys.add(new String(record.key(), StandardCharsets.UTF_8));
    }
    return any;
  }

  /** Prompts with an outcome. */
  int size() {
    return keys.size();
  }

  @Override
  public void close() {
    reader.close();
  }
}
