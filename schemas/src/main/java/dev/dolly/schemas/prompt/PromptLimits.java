package dev.dolly.schemas.prompt;

/**
 * What is too large to be looked at.
 *
 * @param maxBytes of one JSON prompt
 */
public record PromptLimits(int maxBytes) {

  private static final int MEBIBYTE = 1024 * 1024;

  public PromptLimits {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("the size limit must be at least 1 byte: " + maxBytes);
    }
  }

  /** 1 MiB: what an uncompressed record of the raw topic can hold. */
  public static PromptLimits defaults() {
    return new PromptLimits(MEBIBYTE);
  }
}
