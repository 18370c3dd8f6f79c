package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Resources;
import dev.dolly.training.recipe.world.Template;
import dev.dolly.training.recipe.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Stories, notes and poems that must name what the instruction names. */
final class Writing implements Task {
  private final World world;
  private final Forms forms;
  private final double[] weights;

  /** {@code writing.yaml}. */
  record Forms(List<Form> forms, Poems poems) {}

  record Form(
      String name,
      double weight,
      Map<String, String> slots,
      List<Template> asks,
      List<List<Template>> parts,
      List<String> needs) {}

  record Poems(
      double weight, List<Template> asks, Map<String, String> subjects, List<Template> closings) {}

  Writing(World world) {
    this.world = world;
    this.forms = Resources.read("writing", Forms.class);
    this.weights =
        DoubleStream.concat(
                forms.forms().stream().mapToDouble(Form::weight),
                DoubleStream.of(forms.poems().weight()))
            .toArray();
  }

  @Override
  public Instance draw(Draw draw) {
    int index = draw.weighted(weights);
    return index == forms.forms().size() ? poem(draw) : text(forms.forms().get(index), draw);
  }

  private Instance text(Form form, Draw draw) {
    Map<String, String> values = world.draw(form.slots(), draw);
    StringBuilder text = new StringBuilder();
    for (List<Template> part : form.parts()) {
      String sentence = draw.of(part).with(values);
      boolean begins = text.isEmpty() || sentence.startsWith("\n");
      text.append(begins ? "" : " ").append(sentence);
    }
    List<String> needed = form.needs().stream().map(values::get).toList();
    return instance(form.name(), draw.of(form.asks()).with(values), text.toString(), needed);
  }

  private Instance poem(Draw draw) {
    Poems poems = forms.poems();
    String subject = draw.of(new ArrayList<>(poems.subjects().keySet()));
    Map<String, String> values = Map.of("x", subject, "n", world.one("first", draw));
    String lines = poems.subjects().get(subject);
    List<String> needed = new ArrayList<>(lines.lines().toList());
    needed.add(values.get("n"));
    return instance(
        "poem",
        draw.of(poems.asks()).with(values),
        lines + "\n" + draw.of(poems.closings()).with(values),
        needed);
  }

  private static Instance instance(
      String kind, String instruction, String response, List<String> needed) {
    return new Instance(
        Category.CREATIVE_WRITING,
        kind,
        instruction,
        "",
        response,
        Check.Elements.like(response, needed, 1));
  }
}
