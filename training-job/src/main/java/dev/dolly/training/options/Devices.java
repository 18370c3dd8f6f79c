package dev.dolly.training.options;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Logical devices of this host's processors.
 *
 * @param count 1 to 64
 */
public record Devices(int count) {
  private static final Pattern CPU = Pattern.compile("cpu(?::([1-9][0-9]?))?");
  private static final int MOST = 64;

  public Devices {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("1 to " + MOST + " devices: " + count);
    }
  }

  /** Reads {@code cpu} or {@code cpu:N}. */
  static Devices parse(String text) {
    Matcher matcher = CPU.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    return new Devices(matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1)));
  }
}
