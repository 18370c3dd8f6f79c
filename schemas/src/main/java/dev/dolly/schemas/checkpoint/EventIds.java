package dev.dolly.schemas.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.digest.Sha256;
import java.util.HexFormat;

/**
 * The ids of checkpoint events: the same decision taken again, by a retry or by two at once, has
 * the same id and counts once.
 */
final class EventIds {
  /** For an event that replaces none. */
  static final long NONE = -1;

  private EventIds() {}

  /**
   * Hex SHA-256 over {@code version NUL status NUL offset} in UTF-8, the offset in decimal digits.
   *
   * @param replaced offset of the event that this one replaces, or {@link #NONE}
   */
  static String of(String version, CheckpointStatus status, long replaced) {
    byte[] hash =
        Sha256.start().digest((version + "\0" + status + "\0" + replaced).getBytes(UTF_8));
    return HexFormat.of().formatHex(hash);
  }
}
