package dev.dolly.training.recipe.bpe;

import dev.dolly.engine.text.ByteLevel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pieces that merges never cross, by GPT-2's rule: words and numbers with the space before
 * them, runs of other characters, white space.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">its expression</a>
 */
final class PreTokens {
  private static final Pattern PIECE =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final Map<String, Integer> counts = new LinkedHashMap<>();

  /** Counts the pieces of one text. */
  void add(String text) {
    Matcher pieces = PIECE.matcher(text);
    while (pieces.find()) {
      String bytes = ByteLevel.spelled(pieces.group().getBytes(StandardCharsets.UTF_8));
      counts.merge(bytes, 1, Math::addExact);
    }
  }

  /** How often each piece was, in GPT-2's byte alphabet. */
  Map<String, Integer> counts() {
    return counts;
  }
}
