package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.inference.InferenceJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stack that ends, in order or not, and another one on its directory. */
@Timeout(300)
class RestartTest {
  private static final int PROMPTS = 60;

  @TempDir private Path directory;

  @Test
  void whatWasInFlightGoesOnWithTheNextStack() throws Exception {
    // Few at once, so that answers take a while and the end meets them half way.
    Map<String, String> settings =
        Map.of(
            "inference.max-batch", "4",
            "inference.parallelism", "2",
            "inference.checkpoint-interval", "300 ms");
    List<String> sent = IntStream.range(0, PROMPTS).mapToObj(Integer::toString).toList();
    try (RunningChain first = start(settings)) {
      assertThat(
              new JobRest(first.address.flink()).get("/checkpoints/config").get("interval").asInt())
          .isEqualTo(300);
      for (String id : sent) {
        first.send(
            """
            {"request_id": "%s", "instruction": "Go on",
             "params": {"max_new_tokens": 300, "temperature": 2.0, "top_p": 1.0}}
            """
                .formatted(id));
      }
      first.await(1);
      assertThat(first.responses.size()).isLessThan(PROMPTS);
    }
    try (RunningChain second = start(settings)) {
      consume(second, PROMPTS);
      second.send("{\"request_id\": \"last\", \"instruction\": \"a\"}");
      List<JsonNode> answers = consume(second, PROMPTS + 1);
      List<String> expected = new ArrayList<>(sent);
      expected.add("last");
      assertThat(answers)
          .extracting(answer -> answer.get("request_id").asText())
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(answers)
          .as("answers that went on")
          .anySatisfy(answer -> assertThat(answer.get("resumed_tokens").asInt()).isPositive());

      second.check();
    }
  }

  private RunningChain start(Map<String, String> settings) throws InterruptedException {
    return new RunningChain(directory, "neox", settings, InferenceJob::build);
  }

  /** All answers there are, once there are that many. */
  private static List<JsonNode> consume(RunningChain chain, int count) throws IOException {
    Invocation run =
        Invocation.of(
            "",
            "consume",
            "--count=" + count,
            "--timeout=60s",
            "--bootstrap",
            chain.cluster.bootstrap(),
            "--registry",
            chain.cluster.registry());
    assertThat(run.err()).isEmpty();
    return run.lines();
  }
}
