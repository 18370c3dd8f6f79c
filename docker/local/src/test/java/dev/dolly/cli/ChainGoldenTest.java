package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.Response;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From JSON on one topic to answers on another: what the reference implementation says. */
@Timeout(300)
class ChainGoldenTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"neox", "neox-bf16", "neox-sequential", "gptj"})
  void greedyAnswersAreTheReferences(String model) throws Exception {
    List<JsonNode> goldens = Fixtures.golden(model, "generate.jsonl");
    try (RunningChain chain = new RunningChain(directory, model)) {
      Map<String, JsonNode> expected = new HashMap<>();
      for (JsonNode golden : goldens) {
        ObjectNode prompt = Fixtures.prompt(golden);
        expected.put(chain.send(Json.line(prompt)), golden);
      }
      chain.await(goldens.size());
      assertThat(chain.deadLetters).isEmpty();
      for (Response response : chain.responses) {
        JsonNode golden = expected.remove(response.getRequestId());
        assertThat(golden).as(response.getRequestId()).isNotNull();
        assertThat(response.getText()).isEqualTo(golden.get("text").asText());
        assertThat(response.getFinishReason()).hasToString(golden.get("finish_reason").asText());
        assertThat(response.getPromptTokens()).isEqualTo(golden.get("prompt_ids").size());
        assertThat(response.getGeneratedTokens()).isEqualTo(golden.get("generated_ids").size());
        assertThat(response.getModel().getDtype()).isEqualTo("float32");
        assertThat(response.getOrigin().getTopic()).isEqualTo("dolly.prompts.raw");
      }
      assertThat(expected).isEmpty();
    }
  }
}
