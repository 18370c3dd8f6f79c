package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.task.Passages.Fact;
import dev.dolly.training.recipe.task.Passages.Passage;
import dev.dolly.training.recipe.world.Draw;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Questions that a passage answers, or does not. */
final class ClosedQuestions implements Task {
  private static final double NOT_STATED = 0.1;

  private final Passages passages;

  ClosedQuestions(Passages passages) {
    this.passages = passages;
  }

  @Override
  public Instance draw(Draw draw) {
    Passage passage = passages.draw(draw, false);
    Map<String, Fact> missing = Passages.asked(passage, false);
    boolean stated = missing.isEmpty() || !draw.chance(NOT_STATED);
    Map<String, Fact> facts = stated ? Passages.asked(passage, true) : missing;
    List<String> slots = new ArrayList<>(facts.keySet());
    String slot = draw.of(slots);
    Fact fact = facts.get(slot);
    String question = draw.of(fact.questions()).with(passage.values());
    String instruction = draw.of(passages.texts().wrappers()).with(Map.of("q", question));
    String answer = stated ? fact.answer().with(passage.values()) : passages.texts().notStated();
    return Instance.exact(
        Category.CLOSED_QA,
        stated ? passage.topic().name() + " " + slot : "not stated",
        instruction,
        passage.text(),
        answer);
  }
}
