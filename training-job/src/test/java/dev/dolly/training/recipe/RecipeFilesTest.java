package dev.dolly.training.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.engine.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeFilesTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int EXAMPLES = 400;

  @TempDir static Path dir;
  private static Recipe recipe;
  private static RecipeFiles files;

  @BeforeAll
  static void make() throws IOException {
    Recipe whole =
        Recipe.read(
            Path.of(
                System.getProperty("dolly.repository"), "config", "recipes", "dolly-mini.yaml"));
    recipe =
        new Recipe(
            whole.name(),
            new Recipe.Data(EXAMPLES, 3, whole.data().mix()),
            new Recipe.Tokens(768, EXAMPLES),
            whole.model(),
            whole.train());
    files = RecipeFiles.make(recipe, dir.resolve("one"));
  }

  @Test
  void theDataIsInTheFormOfDatabricksDolly15k() throws IOException {
    List<String> lines = Files.readAllLines(files.data());
    Set<String> categories = new TreeSet<>();
    for (String line : lines) {
      JsonNode record = JSON.readTree(line);
      assertThat(record.fieldNames())
          .toIterable()
          .containsExactly("instruction", "context", "response", "category");
      assertThat(record.path("instruction").asText()).isNotBlank();
      assertThat(record.path("response").asText()).isNotBlank();
      categories.add(record.path("category").asText());
    }
    assertThat(lines).hasSize(EXAMPLES);
    assertThat(categories)
        .containsExactly(
            "brainstorming",
            "classification",
            "closed_qa",
            "creative_writing",
            "general_qa",
            "information_extraction",
            "open_qa",
            "summarization");
  }

  @Test
  void makingThemAgainGivesTheSameBytes() throws IOException {
    RecipeFiles again = RecipeFiles.make(recipe, dir.resolve("two"));

    assertThat(again.data()).hasSameBinaryContentAs(files.data());
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      assertThat(again.base().resolve(name)).hasSameBinaryContentAs(files.base().resolve(name));
    }
  }

  @Test
  void theIntroductionIsOneTokenAndUsersCannotWriteControlTokens() {
    try (Tokenizer tokenizer = Tokenizer.load(files.base().resolve("tokenizer.json"), Set.of())) {
      assertThat(tokenizer.size()).isEqualTo(768);
      assertThat(tokenizer.eosIds()).containsExactly(0);
      assertThat(tokenizer.encodePlain(PromptFormat.INTRO)).containsExactly(764);
      assertThat(tokenizer.specialId("### End")).hasValue(765);
      assertThat(tokenizer.specialId("### Instruction:")).hasValue(766);
      assertThat(tokenizer.specialId("### Response:\n")).hasValue(767);
      assertThat(tokenizer.encodePlain("### End").length).isGreaterThan(1);
    }
  }

  @Test
  void theModelHasAsManyRowsAsTheTokenizer() {
    ModelConfig config = ModelConfig.read(files.base().resolve("config.json"));

    assertThat(config.vocabSize()).isEqualTo(768);
    assertThat(config.hiddenSize()).isEqualTo(recipe.model().path("hidden_size").asInt());
  }
}
