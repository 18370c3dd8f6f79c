package dev.dolly.training.run;

import static java.util.Objects.requireNonNull;

/**
 * Where a record lies.
 *
 * @param source topic, or file name
 * @param partition −1 for a file
 * @param offset in it, or the line, from 0
 */
public record RecordPlace(String source, int partition, long offset) {
  public RecordPlace {
    requireNonNull(source, "source");
  }

  @Override
  public String toString() {
    return partition < 0
        ? source + ", line " + (offset + 1)
        : source + "-" + partition + "-" + offset;
  }
}
