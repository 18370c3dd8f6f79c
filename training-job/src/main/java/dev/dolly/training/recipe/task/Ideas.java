package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.world.Draw;
import dev.dolly.training.recipe.world.Resources;
import dev.dolly.training.recipe.world.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Numbered lists of ideas. They come in their pool's order, from any place on: in random order a
 * small model repeats itself.
 */
final class Ideas implements Task {
  private final Pools pools;

  /** {@code ideas.yaml}. */
  record Pools(Map<Integer, String> sizes, List<Template> asks, List<Topic> topics) {}

  record Topic(List<String> names, List<String> ideas) {}

  Ideas() {
    this.pools = Resources.read("ideas", Pools.class);
  }

  @Override
  public Instance draw(Draw draw) {
    while (true) {
      Topic topic = draw.of(pools.topics());
      int count = draw.of(new ArrayList<>(pools.sizes().keySet()));
      String said = draw.chance(0.5) ? pools.sizes().get(count) : "" + count;
      Map<String, String> values = Map.of("n", said, "topic", draw.of(topic.names()));
      String instruction = draw.of(pools.asks()).with(values);
      if (draw.mayHave(instruction)) {
        int from = draw.below(topic.ideas().size());
        String response =
            IntStream.range(0, count)
                .mapToObj(
                    i -> (i + 1) + ". " + topic.ideas().get((from + i) % topic.ideas().size()))
                .collect(Collectors.joining("\n"));
        return new Instance(
            Category.BRAINSTORMING,
            count + " ideas",
            instruction,
            "",
            response,
            new Check.NumberedIdeas(count, Set.copyOf(topic.ideas())));
      }
    }
  }
}
