package dev.dolly.chaos;

import dev.dolly.schemas.avro.ErrorCode;
import java.util.List;
import java.util.Map;

/**
 * What a ledger comes to.
 *
 * @param prompts sent
 * @param answers committed
 * @param deadLetters committed, by code
 * @param missing ids without any outcome
 * @param twice ids with more than one
 * @param unexpected ids with an outcome that they must not have, a broken prompt with an answer
 *     say, and outcomes of prompts that nobody sent
 * @param rebuiltWrongly ids whose chunks, laid end to end by the rule of attempts, are not the
 *     answer's text
 * @param resumedAnswers answers that went on after a failure
 * @param resumedTokens tokens that were not computed again for them
 * @param tokensBySecond generated tokens of the answers finished in a second since the epoch
 */
public record Count(
    int prompts,
    int answers,
    Map<ErrorCode, Integer> deadLetters,
    List<String> missing,
    List<String> twice,
    List<String> unexpected,
    List<String> rebuiltWrongly,
    int resumedAnswers,
    long resumedTokens,
    Map<Long, Long> tokensBySecond) {

  public Count {
    deadLetters = Map.copyOf(deadLetters);
    missing = List.copyOf(missing);
    twice = List.copyOf(twice);
    unexpected = List.copyOf(unexpected);
    rebuiltWrongly = List.copyOf(rebuiltWrongly);
    tokensBySecond = Map.copyOf(tokensBySecond);
  }

  /** Whether each prompt has exactly one right outcome, and chunks and answers say the same. */
  public boolean isRight() {
    return missing.isEmpty() && twice.isEmpty() && unexpected.isEmpty() && rebuiltWrongly.isEmpty();
  }

  /** Dead letters of all codes. */
  public int deadLettersInAll() {
    return deadLetters.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Generated tokens of the answers finished from that second on and before the other one. */
  public long tokensBetween(long fromSecond, long toSecond) {
    return tokensBySecond.entrySet().stream()
        .filter(entry -> entry.getKey() >= fromSecond && entry.getKey() < toSecond)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
