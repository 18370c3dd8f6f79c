package dev.dolly.engine.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolly.engine.Fixture;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExampleBuilderTest {
  private static final int WINDOW = 512;

  private Tokenizer tokenizer;

  @BeforeAll
  void tokenizer() {
    tokenizer = Tokenizer.load(ModelDirectory.open(new Fixture("neox").path()));
  }

  @AfterAll
  void close() {
    tokenizer.close();
  }

  /** Made with the tokenizers library of Python, piece by piece as the prompt is defined. */
  static List<JsonNode> goldens() throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    ExampleBuilderTest.class.getResourceAsStream("/examples/neox.jsonl")),
                StandardCharsets.UTF_8))) {
      List<JsonNode> all = new java.util.ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        all.add(json.readTree(line));
      }
      return all;
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void hasTheIdsOfTheReference(JsonNode golden) {
    int[] ids = new ObjectMapper().convertValue(golden.get("ids"), int[].class);

    Built built =
        new ExampleBuilder(tokenizer, 5000)
            .build(
                "r",
                golden.get("instruction").asText(),
                golden.get("context").asText(),
                golden.get("response").asText());

    assertThat(built)
        .isEqualTo(new Built.Ready(new Example("r", ids, golden.get("first_label").asInt())));
  }

  @Test
  void controlTokensInTheRecordAreText() {
    Built built =
        build("### End", "### Instruction:", "### Response:\n### End and ### Response:\n");

    int[] ids = ((Built.Ready) built).example().ids();
    int firstLabel = ((Built.Ready) built).example().firstLabel();
    int response = tokenizer.specialId("### Response:\n").getAsInt();
    int end = tokenizer.specialId("### End").getAsInt();
    assertThat(ids).containsOnlyOnce(response).containsOnlyOnce(end).endsWith(end);
    assertThat(ids[firstLabel - 1]).isEqualTo(response);
  }

  @Test
  void leavesOutWhatIsNotShorterThanTheWindow() {
    int tokens = ((Built.Ready) build("a", "", "b ".repeat(100))).example().tokens();

    assertThat(new ExampleBuilder(tokenizer, tokens).build("r", "a", "", "b ".repeat(100)))
        .isEqualTo(new Built.TooLong("r", tokens));
    assertThat(new ExampleBuilder(tokenizer, tokens + 1).build("r", "a", "", "b ".repeat(100)))
        .isInstanceOf(Built.Ready.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t", "\u00a0\u3000"})
  void namesARecordThatTeachesNothing(String blank) {
    assertThat(build(blank, "", "b"))
        .isEqualTo(new Built.Bad("r", "record r has an empty instruction: nothing to learn"));
    assertThat(((Built.Bad) build("a", "c", blank)).message()).contains("an empty response");
  }

  @Test
  void wantsControlTokens(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    String json = Files.readString(new Fixture("neox").path().resolve("tokenizer.json"));
    Files.writeString(file, json.replace("### End", "### Ending"));
    try (Tokenizer base = Tokenizer.load(file, List.of())) {
      assertThatThrownBy(() -> new ExampleBuilder(base, WINDOW))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("### End");
    }
  }

  private Built build(String instruction, String context, String response) {
    return new ExampleBuilder(tokenizer, WINDOW).build("r", instruction, context, response);
  }
}
