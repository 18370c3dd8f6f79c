package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.hub.HubServer;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
  private static final String DATA =
      Path.of(System.getProperty("dolly.repository"), "config", "eval").toString();

  @TempDir private Path directory;

  @Test
  void oneModelsTableAndFilesAgreeWithTheReference() throws IOException {
    Path scores = directory.resolve("scores.json");
    Path results = directory.resolve("results.json");
    Path samples = directory.resolve("samples.jsonl");
    Invocation run =
        Invocation.of(
            "",
            "eval",
            "--fresh",
            "--dtype=float32",
            "--model=" + Fixtures.model("gptj"),
            "--data=" + DATA,
            "--tasks=piqa,boolq",
            "--published",
            "--json=" + scores,
            "--results=" + results,
            "--log-samples=" + samples);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines().map(line -> line.split("  +")).filter(cells -> cells.length > 1))
        .anySatisfy(cells -> assertThat(cells).startsWith("gptj").contains("0.430000 ±0.0498"))
        .anySatisfy(
            cells ->
                assertThat(cells)
                    .containsExactly(
                        "databricks/dolly-v2-12b (published)",
                        "0.408000",
                        "0.639310",
                        "0.616417",
                        "0.707927",
                        "0.388225",
                        "0.757889",
                        "0.568196",
                        "0.567810"));
    JsonNode golden =
        Json.parse(Files.readString(Fixtures.model("gptj").resolve("golden/eval.json")));
    JsonNode tasks = read(scores).path("tasks");
    for (String task : List.of("piqa", "boolq")) {
      assertThat(tasks.path(task).path("docs").asInt()).isEqualTo(100);
      assertThat(tasks.path(task).path("acc"))
          .isEqualTo(golden.path("tasks").path(task).get("acc"));
      assertThat(tasks.path(task).path("table_metric"))
          .isEqualTo(golden.path("tasks").path(task).get("table_metric"));
    }
    assertThat(tasks.path("boolq").has("acc_norm")).isFalse();
    assertThat(read(scores).path("gmean").asDouble()).isCloseTo(Math.sqrt(.43 * .3), within(1e-12));
    JsonNode lmEval = read(results);
    assertThat(lmEval.path("results").path("piqa").path("acc_norm,none").asDouble()).isEqualTo(.43);
    assertThat(lmEval.path("n-samples").path("boolq").path("original").asInt()).isEqualTo(100);
    List<String> lines = Files.readAllLines(samples);
    assertThat(lines).hasSize(200);
    JsonNode first = Json.parse(lines.get(0));
    assertThat(first.path("task").asText()).isEqualTo("piqa");
    assertThat(first.path("resps")).hasSize(2);
    assertThat(first.path("arguments").get(0).get(0).asText()).startsWith("Question: ");
  }

  @Test
  void severalModelsShareATableAndAPage() throws IOException {
    Path page = directory.resolve("report.html");
    Path scores = directory.resolve("scores.json");
    Path questions = directory.resolve("questions.jsonl");
    Files.writeString(
        questions,
        "{\"instruction\": \"Name <b>two</b> cities.\", \"response\": \"Rome, Lima\"}\n");
    Invocation run =
        Invocation.of(
            "",
            "eval",
            "--fresh",
            "--model=" + Fixtures.model("neox"),
            "--model=" + Fixtures.model("gptj"),
            "--data=" + DATA,
            "--tasks=openbookqa",
            "--limit=10",
            "--json=" + scores,
            "--report=" + page,
            "--report-prompts=" + questions);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("neox", "gptj");
    assertThat(
            read(scores).path("models").path("gptj").path("tasks").path("openbookqa").get("docs"))
        .isEqualTo(
            read(scores).path("models").path("neox").path("tasks").path("openbookqa").get("docs"));
    assertThat(Files.readString(page))
        .contains("Name &lt;b&gt;two&lt;/b&gt; cities.", "Rome, Lima", "neox", "gptj");
  }

  @Test
  void requestsAreDumpedWithoutAModel() throws IOException {
    Path requests = directory.resolve("requests.jsonl");
    Invocation run =
        Invocation.of(
            "",
            "eval",
            "--model=" + directory.resolve("none"),
            "--data=" + DATA,
            "--tasks=boolq,piqa",
            "--limit=3",
            "--dump-requests=" + requests);

    assertThat(run.code()).as(run.err()).isZero();
    List<String> lines = Files.readAllLines(requests);
    assertThat(lines).hasSize(12);
    assertThat(Json.parse(lines.get(1)).path("continuation").asText()).isEqualTo(" no");
    assertThat(Json.parse(lines.get(6)).path("task").asText()).isEqualTo("piqa");
  }

  @Test
  void whatIsWrongIsSaidInALine() throws IOException {
    assertThat(Invocation.of("", "eval", "--tasks=mmlu").err())
        .contains("there is no task 'mmlu'; there are openbookqa")
        .hasLineCount(1);
    Invocation noData = Invocation.of("", "eval", "--data=" + directory.resolve("no/where"));
    assertThat(noData.code()).isEqualTo(1);
    assertThat(noData.err()).contains("there is no folder").hasLineCount(1);
    Path data = Files.createDirectories(directory.resolve("piqa"));
    Files.writeString(data.resolve("validation.jsonl"), "{\"goal\": \"g\"}\n");
    Invocation broken = Invocation.of("", "eval", "--data=" + directory, "--tasks=piqa");
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err())
        .contains("validation.jsonl, line 1: field sol1 must be a text")
        .hasLineCount(1);
  }

  @Test
  void dataComesFromAHubByName() throws Exception {
    try (HubServer hub = new HubServer("datasets/owner/tasks")) {
      hub.files.put(
          "piqa/validation.jsonl",
          "{\"goal\": \"g\", \"sol1\": \"a\", \"sol2\": \"b\", \"label\": \"1\"}\n"
              .getBytes(UTF_8));
      Path scores = directory.resolve("scores.json");
      try (DollyProcess process =
          DollyProcess.startWithHub(
              directory,
              hub.endpoint(),
              "eval",
              "--model=" + Fixtures.model("gptj"),
              "--data=owner/tasks",
              "--tasks=piqa",
              "--json=" + scores)) {
        assertThat(process.exitCode()).as(Files.readString(process.err())).isZero();
      }
      assertThat(read(scores).path("tasks").path("piqa").path("docs").asInt()).isOne();
    }
  }

  private static JsonNode read(Path file) throws IOException {
    return Json.parse(Files.readString(file));
  }
}
