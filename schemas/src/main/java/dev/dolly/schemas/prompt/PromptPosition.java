package dev.dolly.schemas.prompt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Where a prompt lies, which names it for good: clients may repeat a request_id, a position is
 * there once. Written {@code topic-partition-offset}.
 *
 * <p>Every record that comes of a prompt (response, dead letter, chunk) carries it in the header
 * {@value #HEADER}.
 *
 * @param topic of the prompts
 * @param partition of that topic
 * @param offset in that partition
 */
public record PromptPosition(String topic, int partition, long offset)
    implements Comparable<PromptPosition> {
  /** Name of the Kafka header; its value is the position in UTF-8. */
  public static final String HEADER = "prompt";

  private static final Pattern WRITTEN = Pattern.compile("(.+)-([0-9]{1,9})-([0-9]{1,18})");
  private static final Comparator<PromptPosition> ORDER =
      Comparator.comparing(PromptPosition::topic)
          .thenComparingInt(PromptPosition::partition)
          .thenComparingLong(PromptPosition::offset);

  public PromptPosition {
    Objects.requireNonNull(topic, "topic");
  }

  /** Empty if the text is no position. */
  public static Optional<PromptPosition> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new PromptPosition(
                matcher.group(1),
                Integer.parseInt(matcher.group(2)),
                Long.parseLong(matcher.group(3))))
        : Optional.empty();
  }

  /** The one that a record's headers name; empty if they name none. */
  public static Optional<PromptPosition> of(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    return header == null || header.value() == null
        ? Optional.empty()
        : parse(new String(header.value(), UTF_8));
  }

  @Override
  public int compareTo(PromptPosition other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return topic + "-" + partition + "-" + offset;
  }
}
