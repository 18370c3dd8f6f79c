package dev.dolly.eval.heldout;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * ROUGE-L's F-measure as Google's {@code rouge_score} has it with {@code use_stemmer=False}: runs
 * of {@code a–z} and {@code 0–9} of the lower-cased text are its words, whatever the script of the
 * rest; the longest common subsequence of both over the words of each is recall and precision; F is
 * their harmonic mean. A text without words scores 0, also against another one without.
 *
 * @see <a href="https://github.com/google-research/google-research/tree/master/rouge">rouge</a>
 */
public final class RougeL {
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[^a-z0-9]+");

  private RougeL() {}

  /** From 0 to 1. */
  public static double fMeasure(String reference, String answer) {
    List<String> expected = words(reference);
    List<String> given = words(answer);
    if (expected.isEmpty() || given.isEmpty()) {
      return 0;
    }
    double common = longestCommonSubsequence(expected, given);
    double precision = common / given.size();
    double recall = common / expected.size();
    return common == 0 ? 0 : 2 * precision * recall / (precision + recall);
  }

  private static List<String> words(String text) {
    return Arrays.stream(BETWEEN_WORDS.split(text.toLowerCase(Locale.ROOT)))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** Its length, row by row of the usual table. */
  private static int longestCommonSubsequence(List<String> one, List<String> other) {
    int[] row = new int[other.size() + 1];
    for (String word : one) {
      int diagonal = 0;
      for (int i = 1; i < row.length; i++) {
        int above = row[i];
        row[i] = word.equals(other.get(i - 1)) ? diagonal + 1 : Math.max(above, row[i - 1]);
        diagonal = above;
      }
    }
    return row[other.size()];
  }
}
