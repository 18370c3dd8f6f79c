package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCheckCommandTest {
  private static final int ASKED = 12;

  @Test
  void theModelThatComesAlongAnswersWhatItWasNeverTrainedOn(@TempDir Path directory)
      throws Exception {
    Path json = directory.resolve("accuracy.json");

    Invocation run =
        Invocation.of("", "models", "check", "--per-category=" + ASKED, "--json=" + json);

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode categories = Json.parse(Files.readString(json)).path("categories");
    assertThat(categories).hasSize(8);
    categories
        .properties()
        .forEach(
            category ->
                assertThat(category.getValue().path("right").asInt())
                    .as(category.getKey())
                    .isGreaterThanOrEqualTo(ASKED - 3));
  }

  @Test
  void aModelThatWasNotTrainedForItGetsNothingRight(@TempDir Path directory) throws Exception {
    Path json = directory.resolve("accuracy.json");

    Invocation run =
        Invocation.of(
            "",
            "models",
            "check",
            "--model",
            Fixtures.model("neox").toString(),
            "--per-category=1",
            "--wrong",
            "--json=" + json);

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out().lines()).hasSize(16).anyMatch(line -> line.matches("open_qa +0.0 % .*"));
    JsonNode wrong = Json.parse(run.out().lines().findFirst().orElseThrow());
    assertThat(wrong.fieldNames())
        .toIterable()
        .containsExactly("category", "kind", "instruction", "context", "expected", "answer");
    JsonNode figures = Json.parse(Files.readString(json));
    assertThat(figures.path("categories")).hasSize(8);
    assertThat(figures.at("/categories/open_qa/asked").asInt()).isEqualTo(1);
    assertThat(figures.path("model_digest").asText()).hasSize(64);
  }
}
