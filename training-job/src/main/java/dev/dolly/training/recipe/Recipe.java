package dev.dolly.training.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.dolly.training.recipe.task.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a model is made from nothing: what {@code config/recipes/NAME.yaml} says.
 *
 * @param name the model's
 * @param data what it is trained on
 * @param tokenizer how its text is cut
 * @param model what its {@code config.json} says, but for what the tokenizer decides
 * @param train options of {@code dolly train} by their names, as on its command line; in file order
 */
public record Recipe(
    String name, Data data, Tokens tokenizer, ObjectNode model, Map<String, String> train) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /**
   * @param examples how many records
   * @param mix each category's share of them, by its name
   */
  public record Data(int examples, long seed, Map<String, Double> mix) {
    Map<Category, Double> shares() {
      Map<Category, Double> shares = new TreeMap<>();
      for (Category category : Category.values()) {
        shares.put(category, mix.getOrDefault(category.label(), 0.0));
      }
      return shares;
    }
  }

  /**
   * @param entries ids in all
   * @param corpus so many of the first records are what merges are learned from
   */
  public record Tokens(int entries, int corpus) {}

  public Recipe {
    List<String> problems = new ArrayList<>();
    require(problems, !name.isBlank(), "name must not be empty");
    require(problems, data.examples() > 0, "data.examples must be above 0");
    require(
        problems,
        tokenizer.entries() >= 512,
        "tokenizer.entries must be at least 512: 256 are the bytes");
    require(problems, tokenizer.corpus() > 0, "tokenizer.corpus must be above 0");
    TreeMap<String, Double> unknown = new TreeMap<>(data.mix());
    for (Category category : Category.values()) {
      unknown.remove(category.label());
    }
    require(problems, unknown.isEmpty(), "data.mix names no categories: " + unknown.keySet());
    require(
        problems,
        data.mix().values().stream().allMatch(share -> share >= 0)
            && data.mix().values().stream().mapToDouble(share -> share).sum() > 0,
        "data.mix must hold shares of 0 or more, one above 0");
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  private static void require(List<String> problems, boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }

  /**
   * Reads a recipe.
   *
   * @throws IllegalArgumentException that names the file and all that is wrong with it
   */
  public static Recipe read(Path file) {
    try {
      return YAML.readValue(Files.readAllBytes(file), Recipe.class);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no recipe " + file, e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + " is no recipe: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file + ": " + e, e);
    }
  }
}
