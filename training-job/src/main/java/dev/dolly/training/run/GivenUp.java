package dev.dolly.training.run;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.avro.ErrorCode;

/**
 * A record that is not trained on, or not this time, and why.
 *
 * @param payload as it lies there; nobody changes it
 * @param message one line
 */
public record GivenUp(RecordPlace place, byte[] payload, ErrorCode code, String message) {
  public GivenUp {
    requireNonNull(place, "place");
    requireNonNull(payload, "payload");
    requireNonNull(code, "code");
    requireNonNull(message, "message");
  }
}
