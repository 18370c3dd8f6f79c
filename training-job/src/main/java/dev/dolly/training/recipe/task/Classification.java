package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Resources;
import dev.dolly.training.recipe.world.Template;
import dev.dolly.training.recipe.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sorts words into two classes, and reviews into good and bad ones. */
final class Classification implements Task {
  private static final double[] WEIGHTS = {0.3, 0.4, 0.3}; // single words, lists, reviews
  private static final double OPENED = 0.3;
  private static final double ENDED = 0.6;

  private final World world;
  private final Classes classes;
  private final List<String> names;

  /** {@code classes.yaml}. */
  record Classes(Map<String, List<String>> classes, Single single, Words list, Reviews reviews) {}

  record Single(Template answer, List<Template> asks) {}

  record Words(List<Integer> sizes, List<Template> asks) {}

  record Reviews(
      Template answer,
      List<String> subjects,
      List<Template> frames,
      List<Template> openings,
      Map<String, Sentiment> sentiments,
      List<String> asks) {}

  record Sentiment(List<String> adjectives, List<String> endings) {}

  Classification(World world) {
    this.world = world;
    this.classes = Resources.read("classes", Classes.class);
    this.names = List.copyOf(new ArrayList<>(classes.classes().keySet()));
  }

  @Override
  public Instance draw(Draw draw) {
    return switch (draw.weighted(WEIGHTS)) {
      case 0 -> single(draw);
      case 1 -> list(draw);
      default -> review(draw);
    };
  }

  private Instance single(Draw draw) {
    while (true) {
      List<String> both = draw.some(names, 2);
      String right = draw.of(both);
      String word = draw.of(classes.classes().get(right));
      Template ask = draw.of(classes.single().asks());
      Map<String, String> values =
          Map.of("word", word, "first", both.get(0), "second", both.get(1), "class", right);
      String instruction = new Template("{i|cap}").with(Map.of("i", ask.with(values)));
      if (draw.mayHave(instruction)) {
        return instance("single word", instruction, "", classes.single().answer().with(values));
      }
    }
  }

  private Instance list(Draw draw) {
    while (true) {
      List<String> both = draw.some(names, 2);
      List<String> words = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      for (int left = draw.of(classes.list().sizes()); left > 0; left--) {
        String right = draw.of(both);
        List<String> others = new ArrayList<>(classes.classes().get(right));
        others.removeAll(words);
        String word = draw.of(others);
        words.add(word);
        lines.add("- " + word + ": " + right);
      }
      if (draw.mayHave(String.join(",", words))) {
        Map<String, String> values =
            Map.of("first", both.get(0), "second", both.get(1), "words", String.join(", ", words));
        return instance(
            "list of words",
            draw.of(classes.list().asks()).with(values),
            "",
            String.join("\n", lines));
      }
    }
  }

  private Instance review(Draw draw) {
    Reviews reviews = classes.reviews();
    while (true) {
      String name = draw.of(List.copyOf(new ArrayList<>(reviews.sentiments().keySet())));
      Sentiment sentiment = reviews.sentiments().get(name);
      String subject = draw.of(reviews.subjects());
      String adjective = draw.of(sentiment.adjectives());
      if (draw.mayHave(adjective + " " + subject)) {
        List<String> sentences = new ArrayList<>();
        if (draw.chance(OPENED)) {
          Template opening = draw.of(reviews.openings());
          sentences.add(
              opening.with(
                  Map.of("day", draw.of(world.pool("day")), "first", world.one("first", draw))));
        }
        sentences.add(
            draw.of(reviews.frames()).with(Map.of("subject", subject, "adjective", adjective)));
        if (draw.chance(ENDED)) {
          sentences.add(draw.of(sentiment.endings()));
        }
        return instance(
            "review",
            draw.of(reviews.asks()),
            String.join(" ", sentences),
            reviews.answer().with(Map.of("sentiment", name)));
      }
    }
  }

  private static Instance instance(String kind, String instruction, String text, String answer) {
    return Instance.exact(Category.CLASSIFICATION, kind, instruction, text, answer);
  }
}
