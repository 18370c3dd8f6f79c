package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Resources;
import dev.dolly.training.recipe.world.Template;
import dev.dolly.training.recipe.world.World;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Short texts about one thing, as {@code passages.yaml} describes them. Sentences are dropped at
 * random from every kind, so that a text's length says nothing about what it states.
 */
final class Passages {
  private static final double FILLER = 0.3;
  private static final double KEPT = 0.5;

  private final World world;
  private final Texts texts;

  /** {@code passages.yaml}. */
  record Texts(
      String notStated,
      List<String> fillers,
      List<Template> wrappers,
      List<String> summarize,
      List<Template> extract,
      List<Topic> topics) {}

  /**
   * @param groups ways to say one sentence each; the first is always said, first
   * @param essential indices of groups that a summary needs
   * @param facts by the slot whose value answers
   */
  record Topic(
      String name,
      Map<String, String> slots,
      List<List<Template>> groups,
      Set<Integer> essential,
      Template summary,
      Map<String, Fact> facts) {
    Topic {
      for (List<Template> group : groups) {
        if (group.stream().map(Topic::facts).distinct().count() > 1) {
          throw new IllegalArgumentException(
              "%s: these say different things: %s".formatted(name, group));
        }
      }
    }

    /** The slots that a sentence states; that it says who did it by the first name adds nothing. */
    private static Set<String> facts(Template sentence) {
      Set<String> slots = new HashSet<>(sentence.slots());
      slots.remove("f");
      return slots;
    }
  }

  /**
   * @param label how a list of fields calls it; null: no such list asks for it
   * @param answer to its questions; null where there are none
   * @param questions empty: nobody asks for it alone
   */
  record Fact(String label, Template answer, List<Template> questions) {
    Fact {
      questions = questions == null ? List.of() : questions;
    }
  }

  /**
   * One text.
   *
   * @param stated the slots whose values it says
   */
  record Passage(Topic topic, Map<String, String> values, String text, Set<String> stated) {}

  Passages(World world) {
    this.world = world;
    this.texts = Resources.read("passages", Texts.class);
  }

  Texts texts() {
    return texts;
  }

  /**
   * @param summarized whether what the summary says must be in it
   */
  Passage draw(Draw draw, boolean summarized) {
    Topic topic = draw.of(texts.topics());
    Map<String, String> values = world.draw(topic.slots(), draw);
    Set<String> stated = new HashSet<>();
    List<String> rest = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    for (int i = 1; i < topic.groups().size(); i++) {
      order.add(i);
    }
    for (int i : draw.shuffled(order)) {
      if (draw.chance(KEPT) || summarized && topic.essential().contains(i)) {
        rest.add(say(topic.groups().get(i), values, stated, draw));
      }
    }
    if (rest.isEmpty()) {
      rest.add(say(topic.groups().get(draw.of(order)), values, stated, draw));
    }
    if (draw.chance(FILLER)) {
      rest.add(draw.below(rest.size() + 1), draw.of(texts.fillers()));
    }
    String head = say(topic.groups().get(0), values, stated, draw);
    return new Passage(topic, values, head + " " + String.join(" ", rest), stated);
  }

  private static String say(
      List<Template> group, Map<String, String> values, Set<String> stated, Draw draw) {
    Template sentence = draw.of(group);
    stated.addAll(sentence.slots());
    return sentence.with(values);
  }

  /** The facts of a topic that someone may ask for, by whether a passage states them. */
  static Map<String, Fact> asked(Passage passage, boolean stated) {
    Map<String, Fact> facts = new LinkedHashMap<>();
    passage
        .topic()
        .facts()
        .forEach(
            (slot, fact) -> {
              if (!fact.questions().isEmpty() && passage.stated().contains(slot) == stated) {
                facts.put(slot, fact);
              }
            });
    return facts;
  }
}
