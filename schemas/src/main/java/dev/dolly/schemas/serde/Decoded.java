package dev.dolly.schemas.serde;

import dev.dolly.schemas.avro.ErrorCode;

/**
 * What came of decoding a value.
 *
 * @param <T> the record's class
 */
public sealed interface Decoded<T> {

  /** A record. */
  record Value<T>(T record) implements Decoded<T> {}

  /**
   * The bytes are no such record and never will be.
   *
   * @param code {@link ErrorCode#MALFORMED_AVRO} or {@link ErrorCode#UNKNOWN_SCHEMA}
   * @param message one line for people
   */
  record Broken<T>(ErrorCode code, String message) implements Decoded<T> {}
}
