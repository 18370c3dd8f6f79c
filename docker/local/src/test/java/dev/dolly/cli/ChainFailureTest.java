package dev.dolly.cli;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.prompt.ParsedPrompt;
import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.prompt.PromptParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Failures of the task at random moments: nothing is lost, doubled or otherwise different. */
@Timeout(300)
class ChainFailureTest {
  private static final int PROMPTS = 300;
  private static final int FAILURES = 5;
  private static final long SEED = 3;

  @TempDir private Path directory;

  @Test
  void threeHundredAnswersOnceEachWhateverFails() throws Exception {
    // Few at once, so that answers take several checkpoints and failures meet them half way.
    Map<String, String> settings = Map.of("inference.max-batch", "8");
    try (RunningChain chain = new RunningChain(directory, "neox", settings, FailingJob::build)) {
      Map<String, Response> undisturbed = run(chain, "calm");
      assertThat(chain.restarts()).isZero();

      FailingJob.plan(FAILURES, PROMPTS, new Random(SEED));
      Map<String, Response> disturbed = run(chain, "stormy");
      assertThat(FailingJob.left()).as("failures that were not thrown").isEmpty();
      assertThat(chain.restarts()).isEqualTo(FAILURES);
      for (Map.Entry<String, Response> each : disturbed.entrySet()) {
        Response stormy = each.getValue();
        Response calm = undisturbed.get(each.getKey());
        assertThat(stormy.getPromptTokens()).isEqualTo(calm.getPromptTokens());
        assertThat(stormy.getSeed()).isEqualTo(calm.getSeed());
        if (!stormy.getText().equals(calm.getText())
            || stormy.getFinishReason() != calm.getFinishReason()
            || stormy.getGeneratedTokens() != calm.getGeneratedTokens()) {
          assertThatRoundingExplains(each.getKey(), calm, stormy);
        }
      }
      assertThat(disturbed.values())
          .filteredOn(response -> response.getResumedTokens() > 0)
          .as("answers that went on after a failure")
          .isNotEmpty();
    }
  }

  /** They may part only at a token whose draw lies within 1e-5 of a boundary. */
  private static void assertThatRoundingExplains(String id, Response calm, Response stormy)
      throws Exception {
    ParsedPrompt prompt =
        new PromptParser(PromptLimits.defaults())
            .parse(
                Json.line(prompts().get(Integer.parseInt(id))).getBytes(StandardCharsets.UTF_8),
                calm.getOrigin(),
                0);
    try (CloseDraws draws = new CloseDraws("neox")) {
      Optional<String> common = draws.textBefore(((ParsedPrompt.Accepted) prompt).prompt());
      assertThat(common)
          .as("%s: '%s' and '%s'", id, calm.getText(), stormy.getText())
          .hasValueSatisfying(
              text -> {
                assertThat(calm.getText()).startsWith(text);
                assertThat(stormy.getText()).startsWith(text);
              });
    }
  }

  /** Sends the prompts under ids of their own; returns the answers by what they share. */
  private static Map<String, Response> run(RunningChain chain, String run) throws Exception {
    chain.responses.clear();
    for (ObjectNode prompt : prompts()) {
      String id = prompt.get("request_id").asText();
      chain.send(Json.line(prompt.deepCopy().put("request_id", run + "-" + id)));
    }
    chain.await(PROMPTS);
    chain.settle();
    assertThat(chain.deadLetters).isEmpty();
    assertThat(chain.responses).hasSize(PROMPTS);
    // toMap refuses an id that comes twice.
    return chain.responses.stream()
        .collect(toMap(r -> r.getRequestId().substring(run.length() + 1), identity()));
  }

  private static List<ObjectNode> prompts() {
    Random random = new Random(SEED);
    List<ObjectNode> prompts = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      ObjectNode params =
          Json.object()
              .put("max_new_tokens", 1 + random.nextInt(200))
              .put("do_sample", random.nextInt(3) > 0)
              .put("temperature", 0.2 + random.nextDouble())
              .put("top_p", random.nextBoolean() ? 0.92 : 1.0)
              .put("top_k", random.nextBoolean() ? 0 : 40)
              .put("seed", random.nextLong());
      ObjectNode prompt =
          Json.object()
              .put("request_id", Integer.toString(i))
              .put("instruction", "word ".repeat(1 + random.nextInt(40)) + i);
      if (random.nextInt(4) == 0) {
        prompt.put("context", "Some context. ".repeat(1 + random.nextInt(10)));
      }
      prompt.set("params", params);
      prompts.add(prompt);
    }
    return prompts;
  }
}
