package dev.dolly.engine.batch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The queue before the batch: higher priority first, first come first served within one. A request
 * gains a level of priority with each {@link #AGEING} it waits, so none waits for ever; the order
 * between two requests never turns while both wait, since both age alike.
 *
 * <p>Engine thread only.
 */
final class WaitingRequests {
  /** A request of priority −10 goes before one of 10 that comes 200 seconds after it. */
  static final Duration AGEING = Duration.ofSeconds(10);

  private final List<Generation> queue = new ArrayList<>(); // in the order of leaving

  /** Requests come in the order of their submission. */
  void add(Generation generation) {
    int at = queue.size();
    while (at > 0 && rank(queue.get(at - 1)) > rank(generation)) {
      at--;
    }
    queue.add(at, generation);
  }

  /** What leaves next. It stays first until it leaves or something more urgent comes. */
  Optional<Generation> first() {
    return queue.isEmpty() ? Optional.empty() : Optional.of(queue.get(0));
  }

  boolean remove(Generation generation) {
    return queue.remove(generation);
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  /** All of them, in the order of leaving. */
  List<Generation> all() {
    return List.copyOf(queue);
  }

  /**
   * The moment at which the request would have come had it come with priority 0; lower leaves
   * first.
   */
  private static long rank(Generation generation) {
    return generation.submittedNanos() - generation.request().priority() * AGEING.toNanos();
  }
}
