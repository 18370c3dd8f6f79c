package dev.dolly.eval.gate;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * Where a gate goes on, and what happened there: the group's offset, and the text that Kafka keeps
 * beside it. So it outlives the process, whatever kills that and on whichever machine the next
 * runs.
 *
 * @param offset of the first event that is not dealt with
 * @param deaths of processes while they evaluated the candidate at that offset
 */
record Position(long offset, int deaths) {
  static final Position START = new Position(0, 0);

  private static final Pattern MARK = Pattern.compile("deaths=([0-9]{1,9})(?: under-way=(\\S+))?");

  /**
   * As it was committed last. An evaluation that another process had under way was its death: one
   * that stops in order says so.
   *
   * @param process who asks
   */
  static Position of(OffsetAndMetadata committed, String process) {
    Matcher mark = MARK.matcher(committed.metadata());
    if (!mark.matches()) {
      return new Position(committed.offset(), 0);
    }
    boolean died = mark.group(2) != null && !mark.group(2).equals(process);
    return new Position(committed.offset(), Integer.parseInt(mark.group(1)) + (died ? 1 : 0));
  }

  /** The same at another event: what happened here speaks against nothing there. */
  Position at(long other) {
    return other == offset ? this : new Position(other, 0);
  }

  /** To be committed while a process evaluates. */
  OffsetAndMetadata underWay(String process) {
    return new OffsetAndMetadata(offset, "deaths=%d under-way=%s".formatted(deaths, process));
  }

  /** To be committed when it does no more. */
  OffsetAndMetadata ended() {
    return new OffsetAndMetadata(offset, "deaths=" + deaths);
  }
}
