package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.task.Passages.Passage;
import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Resources;
import dev.dolly.training.recipe.world.Template;
import dev.dolly.training.recipe.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Takes fields, lists and pairs out of a text. */
final class Extraction implements Task {
  private static final double[] WEIGHTS = {0.4, 0.3, 0.3}; // fields, enumerations, pairs
  private static final double DISTRACTED = 0.3;

  private final World world;
  private final Passages passages;
  private final Lists lists;

  /** {@code extraction.yaml}. */
  record Lists(List<Layout> layouts, List<Enumeration> enumerations, List<Pair> pairs) {}

  record Layout(List<String> asks, Template first, String between) {}

  record Enumeration(String kind, String label, List<Template> carriers, List<String> asks) {}

  record Pair(String key, String value, List<Template> carriers, List<String> asks) {}

  Extraction(World world, Passages passages) {
    this.world = world;
    this.passages = passages;
    this.lists = Resources.read("extraction", Lists.class);
  }

  @Override
  public Instance draw(Draw draw) {
    return switch (draw.weighted(WEIGHTS)) {
      case 0 -> fields(draw);
      case 1 -> enumeration(draw);
      default -> pairs(draw);
    };
  }

  private Instance fields(Draw draw) {
    Passage passage = passages.draw(draw, false);
    List<String> labelled = new ArrayList<>();
    passage
        .topic()
        .facts()
        .forEach(
            (slot, fact) -> {
              if (fact.label() != null && passage.stated().contains(slot)) {
                labelled.add(slot);
              }
            });
    List<String> slots = draw.some(labelled, Math.min(labelled.size(), draw.between(2, 3)));
    List<String> labels =
        slots.stream().map(slot -> passage.topic().facts().get(slot).label()).toList();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      lines.add(labels.get(i) + ": " + passage.values().get(slots.get(i)));
    }
    String fields =
        listed(labels.stream().map(label -> label.toLowerCase(Locale.ROOT)).toList(), "the ")
            .substring("the ".length());
    return instance(
        "fields",
        draw.of(passages.texts().extract()).with(Map.of("fields", fields)),
        passage.text(),
        String.join("\n", lines));
  }

  private Instance enumeration(Draw draw) {
    Enumeration asked = draw.of(lists.enumerations());
    List<String> items = items(asked, draw.of(List.of(2, 3, 3, 4)), draw);
    List<String> sentences = new ArrayList<>();
    sentences.add(sentence(asked, items, draw));
    if (draw.chance(DISTRACTED)) {
      Enumeration other = draw.of(lists.enumerations());
      if (!other.kind().equals(asked.kind())) {
        List<String> others = items(other, draw.between(2, 3), draw);
        sentences.add(draw.below(2), sentence(other, others, draw));
      }
    } else if (draw.chance(DISTRACTED)) {
      sentences.add(draw.below(2), draw.of(passages.texts().fillers()));
    }
    Layout layout = draw.of(lists.layouts());
    return instance(
        "list of " + asked.kind(),
        draw.of(asked.asks()) + draw.of(layout.asks()),
        String.join(" ", sentences),
        layout.first().with(Map.of("label", asked.label())) + String.join(layout.between(), items));
  }

  /** Words of pools belong to both splits: their combination decides. */
  private List<String> items(Enumeration asked, int count, Draw draw) {
    if (asked.kind().equals("item")) {
      while (true) {
        List<String> items = draw.some(world.pool("item"), count);
        if (draw.mayHave(String.join(",", items))) {
          return items;
        }
      }
    }
    List<String> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(world.one(asked.kind(), draw));
    }
    return items;
  }

  private static String sentence(Enumeration asked, List<String> items, Draw draw) {
    List<String> withArticle =
        items.stream().map(item -> new Template("{x|a}").with(Map.of("x", item))).toList();
    return draw.of(asked.carriers())
        .with(Map.of("list", listed(items, ""), "articles", listed(withArticle, "")));
  }

  /** "A, B and C", each with something before it. */
  private static String listed(List<String> items, String before) {
    List<String> all = items.stream().map(item -> before + item).toList();
    return String.join(", ", all.subList(0, all.size() - 1)) + " and " + all.get(all.size() - 1);
  }

  private Instance pairs(Draw draw) {
    Pair pair = draw.of(lists.pairs());
    List<String> sentences = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    int count = draw.between(2, 3);
    for (int i = 0; i < count; i++) {
      String key = world.one(pair.key(), draw);
      String value = world.one(pair.value(), draw);
      sentences.add(draw.of(pair.carriers()).with(Map.of("key", key, "value", value)));
      lines.add("- " + key + ": " + value);
    }
    if (draw.chance(DISTRACTED)) {
      sentences.add(draw.below(count + 1), draw.of(passages.texts().fillers()));
    }
    return instance(
        "pairs of " + pair.key() + " and " + pair.value(),
        draw.of(pair.asks()),
        String.join(" ", sentences),
        String.join("\n", lines));
  }

  private static Instance instance(String kind, String instruction, String text, String answer) {
    return Instance.exact(Category.INFORMATION_EXTRACTION, kind, instruction, text, answer);
  }
}
