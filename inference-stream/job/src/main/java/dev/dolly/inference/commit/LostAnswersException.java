package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Answers that a checkpoint promised were never committed. A restart cannot bring them back. */
public final class LostAnswersException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param lost prompts without a committed answer
   * @param promised epoch ms of the checkpoint
   * @param timeout of the sink's transactions
   */
  LostAnswersException(Collection<PromptPosition> lost, long promised, Duration timeout) {
    super(
        ("the answers to %d prompts were in a transaction that was not committed after the"
                + " checkpoint of %s; the broker aborts it after inference.transaction-timeout (%d"
                + " s). Lost: %s. Produce these prompts again, then start with"
                + " inference.lost-answers=accept")
            .formatted(
                lost.size(), Instant.ofEpochMilli(promised), timeout.toSeconds(), places(lost)));
  }

  /** {@code dolly.prompts partition 3 offsets 17, 19-25; …}. */
  private static String places(Collection<PromptPosition> lost) {
    SortedMap<String, List<Long>> partitions = new TreeMap<>();
    for (PromptPosition prompt : new TreeSet<>(lost)) {
      partitions
          .computeIfAbsent(
              prompt.topic() + " partition " + prompt.partition(), name -> new ArrayList<>())
          .add(prompt.offset());
    }
    return partitions.entrySet().stream()
        .map(each -> each.getKey() + " offsets " + ranges(each.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String ranges(List<Long> offsets) {
    List<String> ranges = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= offsets.size(); i++) {
      if (i == offsets.size() || offsets.get(i) != offsets.get(i - 1) + 1) {
        long first = offsets.get(from);
        long last = offsets.get(i - 1);
        ranges.add(first == last ? Long.toString(first) : first + "-" + last);
        from = i;
      }
    }
    return String.join(", ", ranges);
  }
}
