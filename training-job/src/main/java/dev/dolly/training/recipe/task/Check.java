package dev.dolly.training.recipe.task;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What makes an answer right. */
public sealed interface Check {
  Pattern SENTENCE_END = Pattern.compile("[.!?](?=\\s|$)");

  /** Whether this answer is right. */
  boolean holds(String answer);

  /** The one right answer; runs of white space and the case of letters do not matter. */
  record Equal(String expected) implements Check {
    @Override
    public boolean holds(String answer) {
      return normal(answer).equals(normal(expected));
    }

    private static String normal(String text) {
      return text.strip().replaceAll("[ \\t]+", " ").toLowerCase(Locale.ROOT);
    }
  }

  /** Exactly so many lines, numbered from 1, each of another valid idea. */
  record NumberedIdeas(int count, Set<String> valid) implements Check {
    @Override
    public boolean holds(String answer) {
      List<String> lines = answer.strip().lines().toList();
      if (lines.size() != count) {
        return false;
      }
      for (int i = 0; i < count; i++) {
        String number = (i + 1) + ". ";
        if (!lines.get(i).startsWith(number)
            || !valid.contains(lines.get(i).substring(number.length()))) {
          return false;
        }
      }
      return lines.stream().map(line -> line.split(" ", 2)[1]).distinct().count() == count;
    }
  }

  /**
   * All of these are named, in as many lines as asked for and about as many sentences.
   *
   * @param spread by how many the sentences may differ
   */
  record Elements(List<String> needed, int lines, int sentences, int spread) implements Check {
    /** As the reference is built. */
    static Elements like(String reference, List<String> needed, int spread) {
      return new Elements(needed, (int) reference.lines().count(), sentencesOf(reference), spread);
    }

    @Override
    public boolean holds(String answer) {
      String stripped = answer.strip();
      return stripped.lines().count() == lines
          && Math.abs(sentencesOf(stripped) - sentences) <= spread
          && needed.stream().allMatch(element -> names(stripped, element));
    }

    /** As whole words, in any case. */
    private static boolean names(String text, String element) {
      return Pattern.compile(
              "(?<![\\p{L}\\p{N}])" + Pattern.quote(element) + "(?![\\p{L}\\p{N}])",
              Pattern.CASE_INSENSITIVE)
          .matcher(text)
          .find();
    }

    private static int sentencesOf(String text) {
      return Arrays.asList(SENTENCE_END.split(text + " ", -1)).size() - 1;
    }
  }
}
