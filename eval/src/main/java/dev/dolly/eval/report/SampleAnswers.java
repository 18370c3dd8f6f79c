package dev.dolly.eval.report;

import java.util.Map;
import java.util.Optional;

/**
 * One prompt and what each model made of it.
 *
 * @param context empty where the prompt has none
 * @param reference the answer that a person gave; empty where there is none
 * @param answers by the model's name; one that is not there gave none
 */
public record SampleAnswers(
    String prompt,
    Optional<String> context,
    Optional<String> reference,
    Map<String, String> answers) {
  public SampleAnswers {
    answers = Map.copyOf(answers);
  }
}
