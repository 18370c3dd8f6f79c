package dev.dolly.chaos;

import dev.dolly.schemas.avro.ErrorCode;
import java.util.Set;

/**
 * What may become of a prompt, once.
 *
 * @param answer whether an answer is right
 * @param codes of the dead letters that are right
 */
public record Expected(boolean answer, Set<ErrorCode> codes) {

  public Expected {
    codes = Set.copyOf(codes);
    if (!answer && codes.isEmpty()) {
      throw new IllegalArgumentException("neither an answer nor a dead letter would be right");
    }
  }

  /** Nothing but an answer. */
  public static Expected anAnswer() {
    return new Expected(true, Set.of());
  }

  /** Nothing but a dead letter of that code. */
  public static Expected aDeadLetter(ErrorCode code) {
    return new Expected(false, Set.of(code));
  }

  /** What comes first decides. */
  public static Expected anAnswerOr(ErrorCode code) {
    return new Expected(true, Set.of(code));
  }
}
