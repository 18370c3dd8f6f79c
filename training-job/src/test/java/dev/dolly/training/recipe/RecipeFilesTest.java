package dev.dolly.training.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.model.MappedTensor;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.StoredTensor;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.training.recipe.check.RecipeCheck;
import dev.dolly.training.recipe.check.Report;
import dev.dolly.training.recipe.task.Category;
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
            whole.start(),
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
    for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
      assertThat(again.base().resolve(name)).hasSameBinaryContentAs(files.base().resolve(name));
    }
  }

  @Test
  void theIntroductionIsOneTokenAndUsersCannotWriteControlTokens() {
    try (Tokenizer tokenizer = Tokenizer.load(ModelDirectory.open(files.base()))) {
      assertThat(tokenizer.size()).isEqualTo(768);
      assertThat(tokenizer.eosIds()).containsExactly(0);
      assertThat(tokenizer.encodePlain(PromptFormat.INTRO)).containsExactly(764);
      assertThat(tokenizer.specialId("### End")).hasValue(765);
      assertThat(tokenizer.specialId("### Instruction:")).hasValue(766);
      assertThat(tokenizer.specialId("### Response:\n")).hasValue(767);
      assertThat(tokenizer.encodePlain("### End").length).isGreaterThan(1);
    }
  }

  /** At the distance it is made for a head's score is highest, whatever the token. */
  @Test
  void headsOfTheFirstLayerBeginByLookingBack() {
    ModelDirectory base = ModelDirectory.open(files.base());
    float[] bias = floats(base.tensor("gpt_neox.layers.0.attention.query_key_value.bias"));
    int width = 48;
    int rotary = 12;
    for (int head = 0; head < 4; head++) {
      int best = -1;
      double highest = Double.NEGATIVE_INFINITY;
      for (int distance = 0; distance < 8; distance++) {
        double score = 0;
        for (int pair = 0; pair < rotary / 2; pair++) {
          double angle = distance * Math.pow(10000, -2.0 * pair / rotary);
          int query = head * 3 * width + pair;
          int key = query + width;
          double q0 = bias[query] * Math.cos(angle) - bias[query + 6] * Math.sin(angle);
          double q1 = bias[query + 6] * Math.cos(angle) + bias[query] * Math.sin(angle);
          score += q0 * bias[key] + q1 * bias[key + 6];
        }
        if (score > highest) {
          highest = score;
          best = distance;
        }
      }
      assertThat(best).isEqualTo(recipe.start().previousTokens().get(head));
    }
  }

  @Test
  void theHeadBeginsAsTheEmbedding() {
    ModelDirectory base = ModelDirectory.open(files.base());

    assertThat(floats(base.tensor("embed_out.weight")))
        .isEqualTo(floats(base.tensor("gpt_neox.embed_in.weight")));
  }

  @Test
  void whatIsNotTrainedHasNoRightAnswers() throws InterruptedException {
    try (LanguageModel model =
        LanguageModel.load(ModelDirectory.open(files.base()), ComputeSettings.defaults())) {
      Report report =
          new RecipeCheck(2, 1).run(model, BatchSettings.defaults().withCacheBytes(64 << 20));

      assertThat(report.byCategory()).containsOnlyKeys(Category.values());
      assertThat(report.byCategory().values()).containsOnly(new Report.Count(0, 2));
      assertThat(report.lines().get(0)).isEqualTo("open_qa                    0.0 %  (0 of 2)");
      assertThat(report.toJson().at("/categories/open_qa/asked").asInt()).isEqualTo(2);
      assertThat(report.wrong()).hasSize(16);
    }
  }

  private static float[] floats(StoredTensor tensor) {
    try (MappedTensor open = tensor.open()) {
      float[] values = new float[(int) tensor.elements()];
      open.buffer().asFloatBuffer().get(values);
      return values;
    }
  }
}
