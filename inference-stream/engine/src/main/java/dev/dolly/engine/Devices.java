package dev.dolly.engine;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model is computed on: one processor, or logical devices on it that share each layer's
 * heads and feed-forward columns and the vocabulary, each with its own thread and weights.
 *
 * @param count from 1 to 64
 */
public record Devices(int count) implements Serializable {
  /** All on one. */
  public static final Devices ONE = new Devices(1);

  private static final int MOST = 64;
  private static final Pattern TEXT = Pattern.compile("(cpu|gpu)(?::([0-9]{1,9}))?");

  public Devices {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException(
          "a model is shared by 1 to %d devices, not %d".formatted(MOST, count));
    }
  }

  /**
   * Reads {@code cpu} or {@code cpu:4}.
   *
   * @throws IllegalArgumentException for anything else; says so of GPUs, which this engine does not
   *     compute on yet
   */
  public static Devices parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'%s' is neither cpu nor cpu:N".formatted(text));
    }
    if (matcher.group(1).equals("gpu")) {
      throw new IllegalArgumentException(
          "'%s' is not supported; this version computes on CPUs: cpu, or cpu:N".formatted(text));
    }
    return matcher.group(2) == null ? ONE : new Devices(Integer.parseInt(matcher.group(2)));
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return count == 1 ? "cpu" : "cpu:" + count;
  }
}
