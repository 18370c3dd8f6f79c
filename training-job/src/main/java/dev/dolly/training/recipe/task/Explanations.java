package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Resources;
import dev.dolly.training.recipe.world.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What things are and why they happen, one answer each, asked in many ways. */
final class Explanations implements Task {
  private final List<Group> groups;
  private final double[] weights;

  /** {@code explanations.yaml}. */
  record Answers(List<Group> groups) {}

  record Group(List<Template> asks, Map<String, String> answers) {}

  Explanations() {
    this.groups = Resources.read("explanations", Answers.class).groups();
    this.weights = groups.stream().mapToDouble(group -> group.answers().size()).toArray();
  }

  @Override
  public Instance draw(Draw draw) {
    Group group = groups.get(draw.weighted(weights));
    String subject = draw.of(new ArrayList<>(group.answers().keySet()));
    Template ask = group.asks().get(draw.way(subject, group.asks().size()));
    return Instance.exact(
        Category.GENERAL_QA,
        "explanation",
        ask.with(Map.of("x", subject)),
        "",
        group.answers().get(subject));
  }
}
