package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateCommandTest {
  private static final String NEOX = Fixtures.model("neox").toString();

  @ParameterizedTest
  @ValueSource(strings = {"neox", "neox-bf16", "neox-sequential", "gptj"})
  void answersAreTheReferences(String model) throws IOException {
    List<JsonNode> goldens = Fixtures.golden(model, "generate.jsonl");
    String prompts =
        goldens.stream()
            .map(golden -> Json.line(Fixtures.prompt(golden)) + "\n")
            .collect(Collectors.joining());
    Invocation run =
        Invocation.of(
            prompts,
            "generate",
            "--token-ids",
            "--dtype=float32",
            "--model",
            Fixtures.model(model).toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    List<JsonNode> answers = run.lines();
    assertThat(answers).hasSameSizeAs(goldens);
    for (int i = 0; i < goldens.size(); i++) {
      JsonNode answer = answers.get(i);
      for (String field : List.of("prompt_ids", "generated_ids", "finish_reason", "text")) {
        assertThat(answer.get(field)).as("%s of %d", field, i).isEqualTo(goldens.get(i).get(field));
      }
      assertThat(answer.get("request_id").asText()).isEqualTo("stdin-0-" + i);
      assertThat(answer.get("prompt_tokens").asInt()).isEqualTo(answer.get("prompt_ids").size());
      assertThat(answer.get("generated_tokens").asInt())
          .isEqualTo(answer.get("generated_ids").size());
    }
  }

  @Test
  void logprobsSayHowProbableEachTokenWas() throws IOException {
    String prompt =
        """
        {"instruction": "Hello", "params": {"max_new_tokens": 5, "do_sample": false, "logprobs": %d}}
        """;
    Invocation run =
        Invocation.of(
            prompt.formatted(3) + prompt.formatted(0),
            "generate",
            "--deterministic",
            "--model",
            NEOX);
    assertThat(run.err()).isEmpty();
    JsonNode asked = run.lines().get(0);
    assertThat(asked.get("logprobs")).hasSize(asked.get("generated_tokens").asInt());
    for (JsonNode token : asked.get("logprobs")) {
      assertThat(token.get("top")).hasSize(3);
      // Greedy: the token that was taken is the most probable one.
      assertThat(token.get("top").get(0).get("token")).isEqualTo(token.get("token"));
      assertThat(token.get("top").get(0).get("logprob")).isEqualTo(token.get("logprob"));
      assertThat(token.get("logprob").asDouble()).isNegative();
    }
    JsonNode notAsked = run.lines().get(1);
    assertThat(notAsked.get("text")).isEqualTo(asked.get("text"));
    assertThat(notAsked.has("logprobs")).isFalse();
  }

  @Test
  void aLineThatCannotBeServedStandsInItsPlaceAndTheRestGoOn() throws IOException {
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    for (String line :
        List.of(
            "{\"instruction\": \"Hello\", \"params\": {\"max_new_tokens\": 3}}",
            "{\"instruction\": \" \"}",
            "{\"instruction\": ",
            "",
            "[1]",
            "{\"instruction\": \"a\", \"colour\": 1}",
            "{\"request_id\": \"mine\", \"instruction\": \"a\", \"params\": {\"top_p\": 2}}",
            Json.line(Json.object().put("instruction", "word ".repeat(600))))) {
      in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    in.write(new byte[] {'"', (byte) 0xff, '"', '\n'});
    in.write("{\"request_id\": \"last\", \"instruction\": \"a\"}".getBytes(StandardCharsets.UTF_8));
    Invocation run = Invocation.of(in.toByteArray(), "generate", "--model", NEOX);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("dolly: ").hasLineCount(1);
    List<JsonNode> lines = run.lines();
    assertThat(lines)
        .extracting(line -> line.path("error_code").asText("answered"))
        .containsExactly(
            "answered",
            "EMPTY_INSTRUCTION",
            "MALFORMED_JSON",
            "MALFORMED_JSON",
            "WRONG_TYPE",
            "UNKNOWN_FIELD",
            "OUT_OF_RANGE",
            "PROMPT_TOO_LONG",
            "MALFORMED_JSON",
            "answered");
    assertThat(lines)
        .extracting(line -> line.get("request_id").asText())
        .containsExactly(
            "stdin-0-0",
            "stdin-0-1",
            "stdin-0-2",
            "stdin-0-3",
            "stdin-0-4",
            "stdin-0-5",
            "mine",
            "stdin-0-7",
            "stdin-0-8",
            "last");
    assertThat(lines.get(1).get("message").asText()).isNotBlank();
    assertThat(lines.get(0).get("generated_tokens").asInt()).isEqualTo(3);
  }

  @Test
  void theSamePromptDrawsTheSameAnswer() throws IOException {
    String prompts =
        """
        {"instruction": "Name a colour", "params": {"seed": 7, "max_new_tokens": 20}}
        {"instruction": "Name a colour", "params": {"seed": 7, "max_new_tokens": 20}}
        {"instruction": "Name a colour", "params": {"seed": 8, "max_new_tokens": 20}}
        """;
    Invocation run = Invocation.of(prompts, "generate", "--model", NEOX);
    assertThat(run.code()).isZero();
    List<JsonNode> answers = run.lines();
    assertThat(answers.get(1).get("text")).isEqualTo(answers.get(0).get("text"));
    assertThat(answers.get(2).get("text")).isNotEqualTo(answers.get(0).get("text"));
  }

  @Test
  void noInputIsNoFailure() {
    Invocation run = Invocation.of("", "generate", "--model", NEOX);
    assertThat(run.code()).isZero();
    assertThat(run.out()).isEmpty();
  }
}
