package dev.dolly.training.options;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which records are trained on. */
public sealed interface DataSelection {
  /** Categories that are trained on; empty: all. */
  Set<String> categories();

  /** A file, in its own order. */
  record File(Path path, Set<String> categories) implements DataSelection {
    public File {
      requireNonNull(path, "path");
      categories = Set.copyOf(categories);
    }
  }

  /**
   * A topic up to what is committed when the run starts, in the order of the record ids.
   *
   * @param offsets by partition; empty: all there are
   * @param from records from this time on
   * @param until records before this time
   */
  record Topic(
      String name,
      SortedMap<Integer, OffsetRange> offsets,
      Optional<Instant> from,
      Optional<Instant> until,
      Set<String> categories)
      implements DataSelection {
    public Topic {
      requireNonNull(name, "name");
      offsets = new TreeMap<>(offsets);
      categories = Set.copyOf(categories);
    }
  }

  /**
   * Offsets of one partition.
   *
   * @param from inclusive
   * @param to exclusive
   */
  record OffsetRange(long from, long to) {
    public OffsetRange {
      if (from < 0 || to < from) {
        throw new IllegalArgumentException("no range of offsets: " + from + "-" + to);
      }
    }

    @Override
    public String toString() {
      return from + "-" + to;
    }
  }

  /** Reads {@code 0:10-20,1:0-5}. */
  static SortedMap<Integer, OffsetRange> parseOffsets(String text) {
    SortedMap<Integer, OffsetRange> ranges = new TreeMap<>();
    for (String each : text.split(",")) {
      String[] parts = each.strip().split("[:-]", -1);
      if (parts.length != 3) {
        throw new IllegalArgumentException(each);
      }
      OffsetRange range = new OffsetRange(Long.parseLong(parts[1]), Long.parseLong(parts[2]));
      if (ranges.put(Integer.parseInt(parts[0]), range) != null) {
        throw new IllegalArgumentException("partition twice: " + parts[0]);
      }
    }
    return ranges;
  }

  /** The ranges as they are given. */
  static String formatOffsets(Map<Integer, OffsetRange> ranges) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(ranges)
        .forEach(
            (partition, range) ->
                text.append(text.isEmpty() ? "" : ",").append(partition).append(':').append(range));
    return text.toString();
  }
}
