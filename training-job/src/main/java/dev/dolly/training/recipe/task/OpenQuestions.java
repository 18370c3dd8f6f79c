package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Resources;
import dev.dolly.training.recipe.world.Template;
import dev.dolly.training.recipe.world.World;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Questions about known facts, and about what is not known. Of each fact one phrasing is kept for
 * the test and all others are trained, so the test asks for known facts in unseen words.
 */
final class OpenQuestions implements Task {
  /** {@code facts.yaml}. */
  record Facts(
      String notKnown,
      Map<String, Map<String, String>> tables,
      List<Kind> kinds,
      Arithmetic arithmetic,
      Unknown unknown) {}

  /**
   * @param weight how often a fact of it is asked, relative to others; null: 1
   * @param unknown what is invented where the same questions ask for what nobody knows; null:
   *     nothing
   */
  record Kind(
      String name,
      String table,
      Double weight,
      String unknown,
      Template answer,
      List<Template> questions) {
    Kind {
      weight = weight == null ? 1 : weight;
      atLeastFour(name, questions);
    }
  }

  record Arithmetic(int largest, double weight, Operation plus, Operation minus) {}

  record Operation(Template answer, List<Template> questions) {}

  record Unknown(double share, List<Template> requests) {}

  /** All facts of one kind, a row of values each. */
  private record Table(
      String name,
      Template answer,
      List<Template> questions,
      List<Map<String, String>> rows,
      String unknown) {}

  private final World world;
  private final Facts facts;
  private final List<Table> tables = new ArrayList<>();
  private final List<Table> unknowable;
  private final double[] weights;

  OpenQuestions(World world) {
    this.world = world;
    this.facts = Resources.read("facts", Facts.class);
    List<Double> weights = new ArrayList<>();
    for (Kind kind : facts.kinds()) {
      List<Map<String, String>> rows = new ArrayList<>();
      facts.tables().get(kind.table()).forEach((x, y) -> rows.add(Map.of("x", x, "y", y)));
      tables.add(new Table(kind.name(), kind.answer(), kind.questions(), rows, kind.unknown()));
      weights.add(kind.weight() * rows.size());
    }
    Arithmetic arithmetic = facts.arithmetic();
    add("plus", arithmetic.plus(), sums(arithmetic.largest(), false), weights);
    add("minus", arithmetic.minus(), sums(arithmetic.largest(), true), weights);
    this.weights = weights.stream().mapToDouble(Double::doubleValue).toArray();
    this.unknowable = tables.stream().filter(table -> table.unknown() != null).toList();
  }

  private static void atLeastFour(String kind, List<Template> questions) {
    if (questions.size() < 4) {
      throw new IllegalArgumentException(
          kind + " has fewer than four phrasings: one is kept for the test, three must be trained");
    }
  }

  private void add(
      String name, Operation operation, List<Map<String, String>> rows, List<Double> weights) {
    atLeastFour(name, operation.questions());
    tables.add(new Table(name, operation.answer(), operation.questions(), rows, null));
    weights.add(facts.arithmetic().weight() * rows.size());
  }

  /** a + b = c up to the largest, or turned round: c - b = a. */
  private static List<Map<String, String>> sums(int largest, boolean turned) {
    List<Map<String, String>> rows = new ArrayList<>();
    for (int a = 1; a < largest; a++) {
      for (int b = 1; a + b <= largest; b++) {
        rows.add(
            turned
                ? Map.of("a", "" + (a + b), "b", "" + b, "c", "" + a)
                : Map.of("a", "" + a, "b", "" + b, "c", "" + (a + b)));
      }
    }
    return rows;
  }

  @Override
  public Instance draw(Draw draw) {
    if (draw.chance(facts.unknown().share())) {
      return unknown(draw);
    }
    Table table = tables.get(draw.weighted(weights));
    Map<String, String> row = draw.of(table.rows());
    String fact = table.name() + new TreeMap<>(row);
    Template question = table.questions().get(draw.way(fact, table.questions().size()));
    return Instance.exact(
        Category.OPEN_QA, table.name(), question.with(row), "", table.answer().with(row));
  }

  private Instance unknown(Draw draw) {
    return Instance.exact(
        Category.OPEN_QA,
        "unknown",
        draw.chance(0.5) ? invented(draw) : request(draw),
        "",
        facts.notKnown());
  }

  /** A question of a kind that has answers, about something that is not there. */
  private String invented(Draw draw) {
    Table table = draw.of(unknowable);
    String invented = world.one(table.unknown(), draw);
    String said = table.unknown().equals("word") ? invented.toLowerCase(Locale.ROOT) : invented;
    return draw.of(table.questions()).with(Map.of("x", said, "y", said));
  }

  private String request(Draw draw) {
    while (true) {
      Template request = draw.of(facts.unknown().requests());
      Map<String, String> kinds = new LinkedHashMap<>();
      // town2 is another town
      request.slots().forEach(slot -> kinds.put(slot, slot.replaceFirst("2$", "")));
      String instruction = request.with(world.draw(kinds, draw));
      if (draw.mayHave(instruction)) {
        return instruction;
      }
    }
  }
}
