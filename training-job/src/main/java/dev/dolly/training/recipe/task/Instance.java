package dev.dolly.training.recipe.task;

/**
 * One instruction with its answer.
 *
 * @param kind which of the category's tasks, for figures by kind
 * @param context empty: none
 * @param response the reference answer, which the check holds for
 */
public record Instance(
    Category category,
    String kind,
    String instruction,
    String context,
    String response,
    Check check) {
  /** One whose reference is the only right answer. */
  static Instance exact(
      Category category, String kind, String instruction, String context, String response) {
    return new Instance(category, kind, instruction, context, response, new Check.Equal(response));
  }

  Instance withPrompt(String instruction, String context) {
    return new Instance(category, kind, instruction, context, response, check);
  }
}
