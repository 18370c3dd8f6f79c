package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.task.Passages.Passage;
import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Template;
import java.util.List;

/** One sentence with what matters in a passage. */
final class Summaries implements Task {
  private final Passages passages;

  Summaries(Passages passages) {
    this.passages = passages;
  }

  @Override
  public Instance draw(Draw draw) {
    Passage passage = passages.draw(draw, true);
    Template summary = passage.topic().summary();
    String response = summary.with(passage.values());
    List<String> facts = summary.slots().stream().map(passage.values()::get).toList();
    return new Instance(
        Category.SUMMARIZATION,
        passage.topic().name(),
        draw.of(passages.texts().summarize()),
        passage.text(),
        response,
        Check.Elements.like(response, facts, 0));
  }
}
