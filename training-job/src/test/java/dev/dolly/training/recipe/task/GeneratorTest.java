package dev.dolly.training.recipe.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Split;
import dev.dolly.training.recipe.world.World;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GeneratorTest {
  private static final int MANY = 400;

  private final Generator generator = Generator.load();

  @ParameterizedTest
  @EnumSource
  void aReferenceHoldsItsOwnCheck(Category category) {
    for (Instance instance : unseen(category)) {
      assertThat(instance.check().holds(instance.response())).as(instance.toString()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void noInstanceOfTheTestIsTrainedOn(Category category) {
    Set<String> trained = new HashSet<>();
    trained(category).forEach(instance -> trained.add(prompt(instance)));

    assertThat(unseen(category)).noneMatch(instance -> trained.contains(prompt(instance)));
  }

  @ParameterizedTest
  @EnumSource
  void anInstanceComesFromItsSeedAndNumberAlone(Category category) {
    Map<Category, Double> mix = Map.of(category, 1.0);
    Instance first = generator.draw(1, 7, mix);

    assertThat(Generator.load().draw(1, 7, mix)).isEqualTo(first);
    assertThat(generator.draw(2, 7, mix)).isNotEqualTo(first);
    assertThat(first.category()).isEqualTo(category);
  }

  @Test
  void whatTheTestAsksOfFactsIsTrainedInThreeOtherPhrasings() {
    Map<String, Set<String>> asked = new HashMap<>();
    Map<Category, Double> mix = Map.of(Category.OPEN_QA, 1.0, Category.GENERAL_QA, 0.3);
    for (int i = 0; i < 16_000; i++) {
      Instance instance = generator.draw(1, i, mix);
      asked
          .computeIfAbsent(instance.response(), response -> new TreeSet<>())
          .add(instance.instruction());
    }
    for (Category category : List.of(Category.OPEN_QA, Category.GENERAL_QA)) {
      for (Instance instance : unseen(category)) {
        assertThat(asked.get(instance.response()))
            .as(instance.response())
            .hasSizeGreaterThanOrEqualTo(3)
            .doesNotContain(instance.instruction());
      }
    }
  }

  @Test
  void theLengthOfAPassageDoesNotTellWhetherItAnswers() {
    Map<String, Set<Integer>> sentences = new HashMap<>();
    for (Instance instance : trained(Category.CLOSED_QA)) {
      sentences
          .computeIfAbsent(
              instance.kind().equals("not stated") ? "no" : "yes", k -> new TreeSet<>())
          .add(instance.context().split("\\. ").length);
    }
    assertThat(sentences.get("no")).contains(2, 3, 4);
    assertThat(sentences.get("yes")).contains(2, 3, 4);
  }

  @Test
  void theMixDecidesHowOftenACategoryIsThere() {
    Map<Category, Double> mix = Map.of(Category.OPEN_QA, 3.0, Category.SUMMARIZATION, 1.0);

    long summaries =
        IntStream.range(0, 2000)
            .filter(i -> generator.draw(5, i, mix).category() == Category.SUMMARIZATION)
            .count();

    assertThat(summaries).isBetween(430L, 570L);
  }

  @Test
  void nobodyWhomTheTestNamesIsTrainedOn() {
    Set<String> trained = new HashSet<>();
    World world = World.load();
    for (int i = 0; i < 4_000; i++) {
      trained.add(world.one("person", new Draw(i, Split.TRAIN)));
    }
    for (int i = 0; i < 4_000; i++) {
      assertThat(trained).doesNotContain(world.one("person", new Draw(i, Split.TEST)));
    }
  }

  private List<Instance> trained(Category category) {
    return IntStream.range(0, MANY)
        .mapToObj(i -> generator.draw(1, i, Map.of(category, 1.0)))
        .toList();
  }

  private List<Instance> unseen(Category category) {
    return IntStream.range(0, MANY).mapToObj(i -> generator.unseen(1, i, category)).toList();
  }

  private static String prompt(Instance instance) {
    return instance.instruction() + "\n" + instance.context();
  }
}
