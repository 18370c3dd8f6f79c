package dev.dolly.schemas.checkpoint;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.avro.CheckpointEvent;

/**
 * An event and its place on the checkpoint topic, which has one partition.
 *
 * @param offset in it
 */
public record RecordedEvent(long offset, CheckpointEvent event) {
  public RecordedEvent {
    if (offset < 0) {
      throw new IllegalArgumentException("an offset is at least 0: " + offset);
    }
    requireNonNull(event, "event");
  }

  public String version() {
    return event.getVersion();
  }
}
