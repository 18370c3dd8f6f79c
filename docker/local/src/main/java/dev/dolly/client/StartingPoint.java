package dev.dolly.client;

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
}
