package dev.dolly.inference.model;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.checkpoint.RecordedEvent;

/** Something on the checkpoint topic that the job has to act upon. */
public sealed interface Announcement {
  /** Where it lies on the topic's one partition. */
  long offset();

  /** The record's value as it lies there; not to be changed. */
  byte[] value();

  /**
   * A version to be served from now on.
   *
   * @param version as announced
   * @param uri the checkpoint's directory
   * @param digest hex SHA-256 of its manifest
   * @param architecture as {@code config.json} names it
   */
  record Promotion(
      long offset, byte[] value, String version, String uri, String digest, String architecture)
      implements Announcement {
    static Promotion of(RecordedEvent recorded, byte[] value) {
      CheckpointEvent event = recorded.event();
      return new Promotion(
          recorded.offset(),
          value,
          event.getVersion(),
          event.getUri(),
          event.getManifestDigest(),
          event.getArchitecture());
    }

    /** One that no other has, also where the topic is made anew. */
    String name() {
      return offset + "-" + digest;
    }

    /** Whether that is the model it announced. */
    public boolean isOf(ModelRef ref) {
      return version.equals(ref.getVersion()) && digest.equals(ref.getDigest());
    }
  }

  /**
   * A record that is no event.
   *
   * @param code why
   * @param message one line for people
   */
  record Unreadable(long offset, byte[] value, ErrorCode code, String message)
      implements Announcement {}
}
