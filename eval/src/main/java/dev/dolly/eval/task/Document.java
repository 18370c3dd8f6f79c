package dev.dolly.eval.task;

import java.util.List;

/**
 * One question of a task.
 *
 * @param requests one a choice, in the data's order
 * @param gold index of the right choice
 * @param lengths of the choices in Unicode code points, without the delimiting space
 */
public record Document(List<Request> requests, int gold, List<Integer> lengths) {
  public Document {
    requests = List.copyOf(requests);
    lengths = List.copyOf(lengths);
    if (gold < 0 || gold >= requests.size() || lengths.size() != requests.size()) {
      throw new IllegalArgumentException(
          "%d choices, the right one is number %d".formatted(requests.size(), gold + 1));
    }
  }
}
