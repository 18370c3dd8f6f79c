package dev.dolly.schemas.checkpoint;

import dev.dolly.schemas.avro.CheckpointStatus;

/**
 * One version of a model, as far as the events go.
 *
 * @param latest event that counts; the status is this one's
 * @param everPromoted whether it was promoted, now or once
 */
public record ModelVersion(RecordedEvent latest, boolean everPromoted) {
  public String version() {
    return latest.version();
  }

  public CheckpointStatus status() {
    return latest.event().getStatus();
  }
}
