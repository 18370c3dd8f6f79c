package dev.dolly.eval.shadow;

import dev.dolly.engine.batch.Outcome;
import dev.dolly.schemas.avro.Response;

/**
 * What was answered, and what the candidate answers.
 *
 * @param text the candidate's; empty where it has none
 * @param finishReason of the candidate's; the fault where it has none
 * @param tokens that it generated, the ending one included
 * @param decodeMillis from its first token to its last
 */
public record ShadowAnswer(
    Response recorded, String text, String finishReason, int tokens, long decodeMillis) {

  static ShadowAnswer of(Response recorded, Outcome outcome, int tokens, long decodeMillis) {
    if (outcome instanceof Outcome.Finished finished) {
      return new ShadowAnswer(
          recorded, finished.text(), finished.reason().name(), tokens, decodeMillis);
    }
    String fault = ((Outcome.Failed) outcome).fault().name();
    return new ShadowAnswer(recorded, "", fault, tokens, decodeMillis);
  }

  /** Of the texts; an answer that ends otherwise is another one, whatever its text. */
  public Comparison comparison() {
    Comparison texts = Comparison.of(recorded.getText(), text);
    return texts == Comparison.EQUAL && !recorded.getFinishReason().name().equals(finishReason)
        ? Comparison.SIMILAR
        : texts;
  }
}
