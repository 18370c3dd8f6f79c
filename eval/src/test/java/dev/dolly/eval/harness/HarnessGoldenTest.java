package dev.dolly.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.scoring.Score;
import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Task;
import dev.dolly.eval.task.TaskData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HarnessGoldenTest {
  private static final Path REPOSITORY = Path.of(System.getProperty("dolly.repository"));
  private static final Path GPT_J =
      REPOSITORY.resolve("inference-stream/engine/src/test/resources/fixtures/gptj");
  private static final JsonMapper JSON = new JsonMapper();

  /** lm-eval's own dummy model: what is right by given log-likelihoods. */
  @ParameterizedTest
  @EnumSource(
      value = Task.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ARC_CHALLENGE", "WINOGRANDE"})
  void theDummyModelsChoicesAreRightWhereTheReferenceSaysSo(Task task) throws IOException {
    Path golden =
        REPOSITORY.resolve("eval/src/test/resources/golden/" + task.title() + ".dummy-lls.jsonl");
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(golden)) {
      lines.add(JSON.readTree(line));
    }
    TaskData data = data(task);
    List<DocumentScores> scores = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      List<Score> of = new ArrayList<>();
      lines.get(i).path("ll").forEach(ll -> of.add(new Score(ll.doubleValue(), false)));
      DocumentScores document = new DocumentScores(of);
      scores.add(document);
      assertThat(document.right(task, data.documents().get(i)))
          .isEqualTo(lines.get(i).path("acc").intValue() == 1);
      if (task.tableMetric() == Task.Metric.ACC_NORM) {
        assertThat(document.rightByLength(task, data.documents().get(i)))
            .isEqualTo(lines.get(i).path("acc_norm").intValue() == 1);
      }
    }
    TaskResult result = new TaskScores(data, scores).result();
    double right = lines.stream().mapToInt(line -> line.path("acc").intValue()).sum();
    assertThat(result.metrics().get("acc").value()).isEqualTo(right / 100);
  }

  @Test
  void gptjScoresTheSevenTasksAsTheReferenceDoes() throws IOException {
    JsonNode golden = JSON.readTree(GPT_J.resolve("golden/eval.json").toFile());
    List<TaskResult> results = new ArrayList<>();
    try (LanguageModel model = gptJ();
        Harness harness =
            new Harness(model, Integer.MAX_VALUE, Optional.empty(), (d, n, c) -> {})) {
      Stream.of(Task.values()).map(task -> harness.run(data(task)).result()).forEach(results::add);
    }
    for (TaskResult result : results) {
      JsonNode expected = golden.path("tasks").path(result.task());
      assertThat(result.docs()).isEqualTo(expected.path("docs").longValue());
      for (Map.Entry<String, Metric> metric : result.metrics().entrySet()) {
        assertThat(metric.getValue().value())
            .as("%s %s", result.task(), metric.getKey())
            .isEqualTo(expected.path(metric.getKey()).doubleValue());
        assertThat(metric.getValue().stderr().orElseThrow())
            .isCloseTo(expected.path(metric.getKey() + "_stderr").doubleValue(), within(1e-12));
      }
      assertThat(result.metrics()).hasSize(expected.has("acc_norm") ? 2 : 1);
    }
    assertThat(GeometricMean.of(results))
        .isCloseTo(golden.path("gmean").doubleValue(), within(1e-6));
  }

  @Test
  void anEvaluationThatIsKilledGoesOnFromWhatItScored(@TempDir Path logs) throws IOException {
    TaskData data = data(Task.OPENBOOKQA);
    List<Integer> computed = new ArrayList<>();
    try (LanguageModel model = gptJ()) {
      TaskScores whole;
      try (Harness harness = new Harness(model, 8, Optional.empty(), (d, n, c) -> {})) {
        whole = harness.run(data);
      }
      Harness.Listener killed =
          (d, n, c) -> {
            if (c > 0) {
              throw new CancellationException();
            }
          };
      try (Harness harness = new Harness(model, 8, Optional.of(logs), killed)) {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> harness.run(data)))
            .isInstanceOf(CancellationException.class);
      }
      Path log;
      try (Stream<Path> files = Files.list(logs)) {
        log = files.findFirst().orElseThrow();
      }
      String kept = Files.readString(log);
      Files.writeString(log, kept + "[[-1.5,tr"); // what a kill leaves of a line
      try (Harness harness =
          new Harness(model, 8, Optional.of(logs), (d, n, c) -> computed.add(c))) {
        assertThat(harness.run(data).scores()).isEqualTo(whole.scores());
      }
      assertThat(computed).startsWith(0);
      assertThat(computed.get(computed.size() - 1)).isBetween(1, 99);
      assertThat(Files.readString(log)).startsWith(kept).hasLineCount(100);
    }
  }

  private static LanguageModel gptJ() {
    return LanguageModel.load(ModelDirectory.open(GPT_J), ComputeSettings.of(DType.FLOAT32));
  }

  private static TaskData data(Task task) {
    return TaskData.read(
        task, REPOSITORY.resolve("config/eval").resolve(task.file()), Integer.MAX_VALUE);
  }
}
