package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Resources;
import dev.dolly.training.recipe.world.Split;
import dev.dolly.training.recipe.world.Template;
import dev.dolly.training.recipe.world.World;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Draws instances. Each comes from its own seed, so that any of them can be drawn alone and the
 * first n of more are the n of fewer. Immutable, thread safe.
 */
public final class Generator {
  /** Some users put the passage behind the instruction. */
  private static final double INLINE = 0.05;

  private static final double VARIED = 0.15;

  private final Map<Category, Task> tasks = new EnumMap<>(Category.class);
  private final Wording wording;

  /** {@code wording.yaml}. */
  record Wording(Set<String> starters, List<Template> variants) {}

  private Generator(World world) {
    Passages passages = new Passages(world);
    tasks.put(Category.OPEN_QA, new OpenQuestions(world));
    tasks.put(Category.CLOSED_QA, new ClosedQuestions(passages));
    tasks.put(Category.INFORMATION_EXTRACTION, new Extraction(world, passages));
    tasks.put(Category.CLASSIFICATION, new Classification(world));
    tasks.put(Category.SUMMARIZATION, new Summaries(passages));
    tasks.put(Category.BRAINSTORMING, new Ideas());
    tasks.put(Category.CREATIVE_WRITING, new Writing(world));
    tasks.put(Category.GENERAL_QA, new Explanations());
    this.wording = Resources.read("wording", Wording.class);
  }

  /** The one of the small world that comes with this package. */
  public static Generator load() {
    return new Generator(World.load());
  }

  /**
   * The instance of this number.
   *
   * @param mix each category's share; together anything above 0
   */
  public Instance draw(long seed, long number, Map<Category, Double> mix) {
    Draw draw = new Draw(seed * 1_000_003 + number, Split.TRAIN);
    Category[] categories = Category.values();
    double[] weights = new double[categories.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = mix.getOrDefault(categories[i], 0.0);
    }
    return varied(tasks.get(categories[draw.weighted(weights)]).draw(draw), draw);
  }

  /** One of a category that was never trained on. */
  public Instance unseen(long seed, long number, Category category) {
    Draw draw = new Draw(~(seed * 1_000_003 + number), Split.TEST);
    return varied(tasks.get(category).draw(draw), draw);
  }

  private Instance varied(Instance instance, Draw draw) {
    String instruction = instance.instruction();
    if (!instance.context().isEmpty() && draw.chance(INLINE)) {
      return instance.withPrompt(instruction + "\n" + instance.context(), "");
    }
    if (wording.starters().contains(instruction.split("[ ',]", 2)[0]) && draw.chance(VARIED)) {
      String said = draw.of(wording.variants()).with(Map.of("i", instruction));
      return instance.withPrompt(said, instance.context());
    }
    return instance;
  }
}
