package dev.dolly.eval.heldout;

import dev.dolly.engine.text.PythonSpace;
import java.util.Optional;

/**
 * A record with what the model made of it.
 *
 * @param loss sum of its completion tokens' cross-entropies, natural logarithm
 * @param tokens of the completion, the ending one included
 * @param answer what the model answers; empty: it was not asked
 */
public record ScoredRecord(HeldOutRecord record, double loss, int tokens, Optional<String> answer) {
  /** {@link RougeL} of the answer. */
  double rougeL() {
    return RougeL.fMeasure(record.text().response(), answer.orElseThrow());
  }

  /**
   * 1 where the answer is the response, letter by letter, else 0: white space at both ends is
   * stripped of both, and nothing else is made alike.
   */
  double exactMatch() {
    String expected = PythonSpace.strip(record.text().response());
    return expected.equals(PythonSpace.strip(answer.orElseThrow())) ? 1 : 0;
  }
}
