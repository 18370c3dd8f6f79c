package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

  /** The thread that computes reads memory that is freed next. */
  @Test
  void closingWaitsForWhatIsBeingComputed() throws Exception {
    CountDownLatch computing = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Future<Boolean> closedMeanwhile;
    try (ScoreCommand.ScorerThread thread = new ScoreCommand.ScorerThread()) {
      closedMeanwhile =
          thread.executor.submit(
              () -> {
                computing.countDown();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  // The other thread is closing now, and may not get past it.
                }
                return closed.await(200, TimeUnit.MILLISECONDS);
              });
      computing.await();
    }
    closed.countDown();
    assertThat(closedMeanwhile.get()).isFalse();
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
