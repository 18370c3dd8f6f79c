package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsQuantiseCommandTest {
  private static final String PROMPT =
      "{\"instruction\": \"Name a colour.\", \"params\": {\"do_sample\": false}}\n";

  @TempDir Path directory;

  @Test
  void whatComesOutAnswersAsTheOriginalDoesInInt8() throws IOException {
    String original =
        Path.of(System.getProperty("dolly.repository"), "config/models/dolly-mini").toString();
    Path small = directory.resolve("small");

    Invocation made = Invocation.of("", "models", "quantise", original, "--out", small.toString());
    assertThat(made.code()).as(made.err()).isZero();
    JsonNode said = Json.parse(made.out());
    assertThat(said.get("dtype").asText()).isEqualTo("int8");
    assertThat(said.get("model").asText()).isEqualTo(small.toString());

    Invocation verified = Invocation.of("", "models", "verify", small.toString());
    assertThat(verified.code()).as(verified.err()).isZero();
    Invocation ours = Invocation.of(PROMPT, "generate", "--model", small.toString());
    Invocation same = Invocation.of(PROMPT, "generate", "--model", original, "--dtype", "int8");
    assertThat(ours.code()).as(ours.err()).isZero();
    assertThat(Json.parse(ours.out()).get("text")).isEqualTo(Json.parse(same.out()).get("text"));

    Invocation again = Invocation.of("", "models", "quantise", original, "--out", small.toString());
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("is not empty").hasLineCount(1);
  }
}
