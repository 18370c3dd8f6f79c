package dev.dolly.eval.shadow;

import org.apache.commons.text.similarity.LevenshteinDistance;

/** How two answers to the same prompt compare. */
public enum Comparison {
  /** The same text. */
  EQUAL,
  /** At most a fifth of the longer one's characters have to be changed to make it the other. */
  SIMILAR,
  DIFFERENT;

  private static final double CHANGED = 0.2;

  public static Comparison of(String one, String other) {
    if (one.equals(other)) {
      return EQUAL;
    }
    int most = (int) (CHANGED * Math.max(one.length(), other.length()));
    return new LevenshteinDistance(most).apply(one, other) >= 0 ? SIMILAR : DIFFERENT;
  }
}
