package dev.dolly.training.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeTest {
  private static final Path DOLLY_MINI =
      Path.of(System.getProperty("dolly.repository"), "config", "recipes", "dolly-mini.yaml");

  @TempDir Path dir;

  @Test
  void theOneInTheRepositoryCanBeRead() {
    Recipe recipe = Recipe.read(DOLLY_MINI);

    assertThat(recipe.name()).isEqualTo("dolly-mini");
    assertThat(recipe.train()).containsKeys("lr", "seed", "batch-tokens");
    assertThat(recipe.data().mix()).hasSize(8);
  }

  @Test
  void allThatIsWrongIsSaidTogether() throws IOException {
    Path file =
        changed(
            "examples: \\d+", "examples: 0", "entries: 2048", "entries: 100", "open_qa", "riddle");

    assertThatThrownBy(() -> Recipe.read(file))
        .hasMessageContaining(file + " is no recipe")
        .hasMessageContaining("data.examples must be above 0")
        .hasMessageContaining("tokenizer.entries must be at least 512")
        .hasMessageContaining("data.mix names no categories: [riddle]");
  }

  @Test
  void anUnknownOrMissingKeyIsNamed() throws IOException {
    Path unknown = changed("corpus:", "corpse: 1\n  corpus:");

    assertThatThrownBy(() -> Recipe.read(unknown)).hasMessageContaining("corpse");
    assertThatThrownBy(() -> Recipe.read(changed("entries: 2048", "")))
        .hasMessageContaining("entries");
    assertThatThrownBy(() -> Recipe.read(dir.resolve("none.yaml")))
        .hasMessage("there is no recipe " + dir.resolve("none.yaml"));
  }

  private Path changed(String... replacements) throws IOException {
    String text = Files.readString(DOLLY_MINI);
    for (int i = 0; i < replacements.length; i += 2) {
      text = text.replaceFirst(replacements[i], replacements[i + 1]);
    }
    return Files.writeString(dir.resolve("changed.yaml"), text);
  }
}
