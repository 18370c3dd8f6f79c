package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"neox", "neox-bf16", "neox-sequential", "gptj"})
  void scoresAreTheReferences(String model) throws IOException {
    List<JsonNode> goldens = Fixtures.golden(model, "loglikelihood.jsonl");
    String requests =
        goldens.stream().map(golden -> Json.line(golden) + "\n").collect(Collectors.joining());
    Invocation run =
        Invocation.of(
            requests, "score", "--dtype=float32", "--model", Fixtures.model(model).toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    List<JsonNode> scores = run.lines();
    assertThat(scores).hasSameSizeAs(goldens);
    for (int i = 0; i < goldens.size(); i++) {
      double golden = goldens.get(i).get("loglikelihood").asDouble();
      assertThat(scores.get(i).get("loglikelihood").asDouble())
          .as("line %d", i)
          .isCloseTo(golden, within(1e-4 * Math.abs(golden)));
      assertThat(scores.get(i).get("is_greedy")).isEqualTo(goldens.get(i).get("is_greedy"));
    }
  }

  /**
   * As behind {@code | head -1}. The thread that computes reads memory that is freed afterwards.
   */
  @Test
  void nothingIsComputedOnceTheCommandHasEnded() {
    String request = Json.line(Json.object().put("context", "word ".repeat(400)));
    String requests = (request.replace("}", ", \"continuation\": \" b\"}") + "\n").repeat(64);
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(requests.getBytes(StandardCharsets.UTF_8)),
            LinePipelineTest.CLOSED,
            System.err,
            false);
    int code =
        Dolly.commandLine(terminal).execute("score", "--model", Fixtures.model("neox").toString());
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("dolly-scorer");
    assertThat(code).isZero();
  }

  @Test
  void aLineThatCannotBeServedStandsInItsPlace() throws IOException {
    String requests =
        """
        {"context": "a", "continuation": " b"}
        {"context": "a"}
        {"context": "a", "continuation": 5}
        {"context": "a", "continuation": ""}
        nonsense
        {"context": "a", "continuation": " b"}
        """;
    Invocation run = Invocation.of(requests, "score", "--model", Fixtures.model("neox").toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lines())
        .extracting(line -> line.path("error_code").asText("scored"))
        .containsExactly(
            "scored", "MISSING_FIELD", "WRONG_TYPE", "OUT_OF_RANGE", "MALFORMED_JSON", "scored");
    assertThat(run.lines().get(4).get("request_id").asText()).isEqualTo("stdin-0-4");
  }
}
