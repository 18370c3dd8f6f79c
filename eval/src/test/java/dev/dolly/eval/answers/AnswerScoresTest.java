package dev.dolly.eval.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.scoring.Scorer;
import dev.dolly.engine.scoring.TokenSequence;
import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswerScoresTest {
  private static final Path REPOSITORY = Path.of(System.getProperty("dolly.repository"));

  @Test
  void theBundledModelAnswersItsQuestionsAndRandomWeightsDoNot() throws Exception {
    List<Question> questions =
        QuestionFile.read(REPOSITORY.resolve("config/eval/dolly-mini.jsonl"));
    AnswerScores scores = new AnswerScores("answers", questions, 64);
    Map<String, Metric> trained = run(scores, "config/models/dolly-mini").get(0).metrics();
    Map<String, Metric> random =
        run(scores, "inference-stream/engine/src/test/resources/fixtures/neox").get(0).metrics();

    assertThat(trained.get("exact_match").value()).isGreaterThan(0.9);
    assertThat(trained.get("loss").value()).isLessThan(0.3);
    assertThat(trained.get("perplexity").value())
        .isCloseTo(Math.exp(trained.get("loss").value()), within(1e-12));
    assertThat(random.get("exact_match").value()).isZero();
    assertThat(random.get("loss").value()).isGreaterThan(5);
  }

  @Test
  void lossIsTheMeanOverAllTokensAndCategoriesAreApart() throws Exception {
    List<Question> questions =
        List.of(
            new Question("Say one.", "", Optional.of("one"), "a"),
            new Question("Say two.", "Some words.", Optional.of("two and more than that"), "b"),
            new Question("Say three.", "", Optional.of("three"), "b"));
    AnswerScores scores = new AnswerScores("t", questions, 8);
    try (LanguageModel model = model("config/models/dolly-mini");
        Scorer scorer = new Scorer(model)) {
      List<TaskResult> results = scores.of(model, answered -> {});
      model.prepareThread();
      List<Double> losses = new ArrayList<>();
      List<Integer> tokens = new ArrayList<>();
      for (Question question : questions) {
        int[] prompt = model.promptFormat().encode(question.instruction(), question.context());
        int[] answer = model.promptFormat().encodeAnswer(question.reference().orElseThrow());
        int[] ids = IntStream.concat(Arrays.stream(prompt), Arrays.stream(answer)).toArray();
        losses.add(
            -scorer.score(List.of(new TokenSequence(ids, prompt.length))).get(0).logLikelihood());
        tokens.add(answer.length);
      }
      assertThat(results).extracting(TaskResult::task).containsExactly("t", "t/a", "t/b");
      assertThat(results).extracting(TaskResult::docs).containsExactly(3L, 1L, 2L);
      double all = losses.stream().mapToDouble(d -> d).sum();
      int count = tokens.stream().mapToInt(i -> i).sum();
      assertThat(results.get(0).metrics().get("loss").value()).isCloseTo(all / count, within(1e-4));
      assertThat(results.get(2).metrics().get("loss").value())
          .isCloseTo(
              (losses.get(1) + losses.get(2)) / (tokens.get(1) + tokens.get(2)), within(1e-4));
      assertThat(results.get(0).metrics().get("loss").stderr().orElseThrow()).isPositive();
    }
  }

  @Test
  void whatCannotBeAskedIsSaid() {
    assertThatThrownBy(() -> new AnswerScores("t", List.of(), 8))
        .isInstanceOf(EvaluationException.class);
    assertThatThrownBy(
            () -> new AnswerScores("t", List.of(new Question("Why?", "", Optional.empty(), "")), 8))
        .hasMessage("t: a question has no response: Why?");
  }

  private static List<TaskResult> run(AnswerScores scores, String directory)
      throws InterruptedException {
    try (LanguageModel model = model(directory)) {
      return scores.of(model, answered -> {});
    }
  }

  private static LanguageModel model(String directory) {
    return LanguageModel.load(
        ModelDirectory.open(REPOSITORY.resolve(directory)), ComputeSettings.of(DType.FLOAT32));
  }
}
