package dev.dolly.eval.heldout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.scoring.Scorer;
import dev.dolly.engine.scoring.TokenSequence;
import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.schemas.dataset.InstructionText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The questions that come along, by which the gate judges the bundled model. */
class KnownAnswersTest {
  private static final Path REPOSITORY = Path.of(System.getProperty("dolly.repository"));

  @Test
  void theBundledModelAnswersItsQuestionsAndRandomWeightsDoNot() throws Exception {
    List<HeldOutRecord> questions = read(REPOSITORY.resolve("config/eval/dolly-mini.jsonl"));
    Map<String, Metric> trained = run(questions, "config/models/dolly-mini").get(0).metrics();
    Map<String, Metric> random =
        run(questions, "inference-stream/engine/src/test/resources/fixtures/neox").get(0).metrics();

    assertThat(questions).hasSize(100);
    assertThat(trained.get("exact_match").value()).isGreaterThan(0.9);
    assertThat(trained.get("loss").value()).isLessThan(0.3);
    assertThat(trained.get("perplexity").value())
        .isCloseTo(Math.exp(trained.get("loss").value()), within(1e-12));
    assertThat(random.get("exact_match").value()).isZero();
    assertThat(random.get("loss").value()).isGreaterThan(5);
  }

  @Test
  void lossIsTheMeanOverAllTokensAndCategoriesAreApart() throws Exception {
    List<HeldOutRecord> questions =
        List.of(
            question("Say one.", "", "one", "a"),
            question("Say two.", "Some words.", "two and more than that", "b"),
            question("Say three.", "", "three", "b"));
    try (LanguageModel model = model("config/models/dolly-mini");
        Scorer scorer = new Scorer(model)) {
      List<TaskResult> results = evaluation(model, 8).of(questions).results("t");
      model.prepareThread();
      List<Double> losses = new ArrayList<>();
      List<Integer> tokens = new ArrayList<>();
      for (HeldOutRecord question : questions) {
        InstructionText text = question.text();
        int[] prompt = model.promptFormat().encode(text.instruction(), text.context());
        int[] answer = model.promptFormat().encodeAnswer(text.response());
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
  void whatCannotBeAskedIsSaid(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("questions.jsonl");
    Files.writeString(file, "");
    assertThat(HeldOutSplit.ofFile(file, broken -> {})).isInstanceOf(HeldOutSplit.Absent.class);
    Files.writeString(file, "{\"instruction\": \"Why?\"}\n");
    List<String> said = new ArrayList<>();
    HeldOutSplit.ofFile(file, broken -> said.add(broken.in("questions.jsonl")));
    assertThat(said).containsExactly("questions.jsonl, line 1: MISSING_FIELD: response is missing");
  }

  private static HeldOutRecord question(
      String instruction, String context, String response, String category) {
    return new HeldOutRecord(
        instruction, new InstructionText(instruction, context, response, category));
  }

  private static List<HeldOutRecord> read(Path file) throws IOException {
    HeldOutSplit split =
        HeldOutSplit.ofFile(
            file,
            broken -> {
              throw new AssertionError(broken.in(file.toString()));
            });
    return ((HeldOutSplit.Found) split).records();
  }

  private static List<TaskResult> run(List<HeldOutRecord> questions, String directory)
      throws InterruptedException {
    try (LanguageModel model = model(directory)) {
      return evaluation(model, 64).of(questions).results("answers");
    }
  }

  private static HeldOutEvaluation evaluation(LanguageModel model, int maxNewTokens) {
    return new HeldOutEvaluation(
        model,
        BatchSettings.defaults(),
        OptionalInt.of(maxNewTokens),
        new HeldOutListener() {
          @Override
          public void scored(int records, int all) {}

          @Override
          public void answered(int records, int all) {}
        });
  }

  private static LanguageModel model(String directory) {
    return LanguageModel.load(
        ModelDirectory.open(REPOSITORY.resolve(directory)), ComputeSettings.of(DType.FLOAT32));
  }
}
