package dev.dolly.schemas.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.CheckpointStatus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((version + "\0" + status + "\0" + replaced).getBytes(UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
