package dev.dolly.client;

import java.util.Map;

/** Where reading a topic begins. */
public sealed interface StartingPoint {
  /** At the oldest record there is. */
  record Earliest() implements StartingPoint {}

  /** Behind the newest record there is. */
  record Latest() implements StartingPoint {}

  /** So many offsets before the end of each partition, or at the oldest record there is. */
  record Last(long offsets) implements StartingPoint {}

  /** At the first record of that time or later, epoch milliseconds. */
  record At(long millis) implements StartingPoint {}

  /** At these offsets by partition; behind the newest record of partitions that are not named. */
  record Offsets(Map<Integer, Long> byPartition) implements StartingPoint {
    public Offsets {
      byPartition = Map.copyOf(byPartition);
    }
  }
}
