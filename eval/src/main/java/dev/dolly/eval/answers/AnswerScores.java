package dev.dolly.eval.answers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.scoring.Score;
import dev.dolly.engine.scoring.Scorer;
import dev.dolly.engine.scoring.TokenSequence;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.engine.text.PythonSpace;
import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.schemas.digest.Sha256;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * How well a model answers questions whose answers are known.
 *
 * <ul>
 *   <li>{@code loss}: cross-entropy of the reference answers' tokens, mean over all of them; its
 *       standard error is that of a ratio of two sums over the questions
 *   <li>{@code perplexity}: e to the loss; its standard error by the delta method
 *   <li>{@code exact_match}: share of greedy answers that are the reference but for white space
 *       around
 * </ul>
 *
 * @param task name of the whole; a category's is {@code TASK/CATEGORY}
 * @param questions each with its reference
 * @param maxNewTokens of a greedy answer
 */
public record AnswerScores(String task, List<Question> questions, int maxNewTokens) {
  /**
   * @throws EvaluationException for a question without a reference, or where there are none
   */
  public AnswerScores {
    questions = List.copyOf(questions);
    if (questions.isEmpty()) {
      throw new EvaluationException(task + " has no questions");
    }
    for (Question question : questions) {
      if (question.reference().isEmpty()) {
        throw new EvaluationException(
            "%s: a question has no response: %s".formatted(task, question.instruction()));
      }
    }
  }

  /**
   * Scores a model; a question that is too long for its window counts as not matched and is left
   * out of the loss.
   *
   * @param model with control tokens; stays the caller's
   * @param answered hears how many of the first ones are answered
   * @return the whole, then each category
   */
  public List<TaskResult> of(LanguageModel model, IntConsumer answered)
      throws InterruptedException {
    PromptFormat format = model.promptFormat();
    if (!format.hasControlTokens()) {
      throw new EvaluationException(
          "%s has no %s token, so it cannot be asked for answers"
              .formatted(model.directory(), PromptFormat.END_TOKEN));
    }
    List<String> answers =
        new GreedyAnswers(BatchSettings.defaults(), maxNewTokens).of(model, questions, answered);
    List<TokenSequence> sequences = new ArrayList<>();
    List<Integer> scored = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      TokenSequence sequence = sequence(format, questions.get(i));
      if (sequence.ids().length <= model.window()) {
        sequences.add(sequence);
        scored.add(i);
      }
    }
    List<Score> scores;
    model.prepareThread();
    try (Scorer scorer = new Scorer(model)) {
      scores = scorer.score(sequences);
    }
    double[] losses = new double[questions.size()];
    int[] tokens = new int[questions.size()];
    for (int i = 0; i < scored.size(); i++) {
      losses[scored.get(i)] = -scores.get(i).logLikelihood();
      tokens[scored.get(i)] = sequences.get(i).ids().length - sequences.get(i).firstTarget();
    }
    List<TaskResult> results = new ArrayList<>();
    results.add(result(task, numbers(""), answers, losses, tokens));
    for (String category : new TreeSet<>(questions.stream().map(Question::category).toList())) {
      if (!category.isEmpty()) {
        results.add(result(task + "/" + category, numbers(category), answers, losses, tokens));
      }
    }
    return results;
  }

  private static TokenSequence sequence(PromptFormat format, Question question) {
    int[] prompt = format.encode(question.instruction(), question.context());
    int[] answer = format.encodeAnswer(question.reference().orElseThrow());
    int[] ids = new int[prompt.length + answer.length];
    System.arraycopy(prompt, 0, ids, 0, prompt.length);
    System.arraycopy(answer, 0, ids, prompt.length, answer.length);
    return new TokenSequence(ids, prompt.length);
  }

  /** Those of a category; of "" all. */
  private List<Integer> numbers(String category) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      if (category.isEmpty() || questions.get(i).category().equals(category)) {
        numbers.add(i);
      }
    }
    return numbers;
  }

  private TaskResult result(
      String name, List<Integer> numbers, List<String> answers, double[] losses, int[] tokens) {
    long matches = 0;
    double loss = 0;
    long count = 0;
    MessageDigest digest = Sha256.start();
    for (int i : numbers) {
      Question question = questions.get(i);
      String reference = question.reference().orElseThrow();
      if (PythonSpace.strip(answers.get(i)).equals(PythonSpace.strip(reference))) {
        matches++;
      }
      loss += losses[i];
      count += tokens[i];
      for (String text : List.of(question.instruction(), question.context(), reference)) {
        digest.update(text.getBytes(UTF_8));
        digest.update((byte) 0);
      }
    }
    Map<String, Metric> metrics = new LinkedHashMap<>();
    if (count > 0) {
      double mean = loss / count;
      double squares = 0;
      for (int i : numbers) {
        squares += Math.pow(losses[i] - mean * tokens[i], 2);
      }
      int n = numbers.size();
      double stderr = n < 2 ? 0 : Math.sqrt(squares * n / (n - 1)) / count;
      metrics.put("loss", Metric.of(mean, stderr));
      metrics.put("perplexity", Metric.of(Math.exp(mean), Math.exp(mean) * stderr));
    }
    metrics.put("exact_match", Metric.share(matches, numbers.size()));
    return new TaskResult(name, numbers.size(), metrics, HexFormat.of().formatHex(digest.digest()));
  }
}
