package dev.dolly.training.lineage;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * What was read of one partition; of a file its lines.
 *
 * @param source topic, or file name
 * @param partition −1 for a file
 * @param from first offset, or line
 * @param to after the last one
 */
public record DataRange(String source, int partition, long from, long to) implements Serializable {
  public DataRange {
    requireNonNull(source, "source");
  }
}
