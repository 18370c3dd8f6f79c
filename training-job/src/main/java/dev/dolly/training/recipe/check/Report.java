package dev.dolly.training.recipe.check;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.training.recipe.task.Category;
import dev.dolly.training.recipe.task.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Every answer with its instance.
 *
 * @param modelDigest of what was asked
 */
public record Report(String modelDigest, List<Answered> answers) {
  private static final JsonMapper JSON = new JsonMapper();

  public Report {
    answers = List.copyOf(answers);
  }

  /** One answer. */
  public record Answered(Instance instance, String answer) {
    public boolean right() {
      return instance.check().holds(answer);
    }
  }

  /** How many of how many. */
  public record Count(int right, int asked) {
    Count plus(Answered answer) {
      return new Count(right + (answer.right() ? 1 : 0), asked + 1);
    }

    public double share() {
      return (double) right / asked;
    }
  }

  public Map<Category, Count> byCategory() {
    return counts(Instance::category);
  }

  /** By a category and one of its tasks. */
  public Map<String, Count> byKind() {
    return counts(instance -> instance.category().label() + ": " + instance.kind());
  }

  private <K extends Comparable<K>> Map<K, Count> counts(Function<Instance, K> key) {
    Map<K, Count> counts = new TreeMap<>();
    for (Answered answer : answers) {
      counts.merge(
          key.apply(answer.instance()),
          new Count(0, 0).plus(answer),
          (before, one) -> new Count(before.right() + one.right(), before.asked() + one.asked()));
    }
    return counts;
  }

  public List<Answered> wrong() {
    return answers.stream().filter(answer -> !answer.right()).toList();
  }

  /** A table by category. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    byCategory()
        .forEach(
            (category, count) ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "%-24s %5.1f %%  (%d of %d)",
                        category.label(),
                        100 * count.share(),
                        count.right(),
                        count.asked())));
    return lines;
  }

  /** {@code {"model_digest", "categories": {NAME: {"right", "asked", "accuracy"}}, "kinds": …}}. */
  public ObjectNode toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("model_digest", modelDigest);
    ObjectNode categories = root.putObject("categories");
    byCategory().forEach((category, count) -> put(categories.putObject(category.label()), count));
    ObjectNode kinds = root.putObject("kinds");
    byKind().forEach((kind, count) -> put(kinds.putObject(kind), count));
    return root;
  }

  private static void put(ObjectNode node, Count count) {
    node.put("right", count.right()).put("asked", count.asked()).put("accuracy", count.share());
  }
}
