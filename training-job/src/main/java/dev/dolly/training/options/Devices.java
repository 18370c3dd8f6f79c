package dev.dolly.training.options;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is computed on.
 *
 * @param gpus GPUs 0 to {@code count − 1}; else logical devices of this host's processors
 * @param count 1 to 64
 */
public record Devices(boolean gpus, int count) {
  private static final Pattern WRITTEN = Pattern.compile("(cpu|gpu)(?::([1-9][0-9]?))?");
  private static final int MOST = 64;

  public Devices {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("1 to " + MOST + " devices: " + count);
    }
  }

  /** Reads {@code cpu}, {@code cpu:N} and {@code gpu:N}. */
  static Devices parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    int count = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
    return new Devices(matcher.group(1).equals("gpu"), count);
  }

  @Override
  public String toString() {
    return (gpus ? "gpu:" : "cpu:") + count;
  }
}
