package dev.dolly.training.run;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.dataset.InstructionText;

/**
 * A record with its place.
 *
 * @param id of the record
 * @param payload as it lies there; nobody changes it
 */
public record TrainingRecord(String id, InstructionText text, RecordPlace place, byte[] payload) {
  public TrainingRecord {
    requireNonNull(id, "id");
    requireNonNull(text, "text");
    requireNonNull(place, "place");
    requireNonNull(payload, "payload");
  }
}
