package dev.dolly.cli;

import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.Outcome;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Who waits for which generation. Thread safe. */
final class PendingGenerations {
  private final Map<Generation, CompletableFuture<Outcome>> waiting = new ConcurrentHashMap<>();

  /** Completes with the generation's outcome. */
  CompletableFuture<Outcome> add(Generation generation) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    waiting.put(generation, outcome);
    complete(generation, outcome); // it may have ended before it was in the map
    return outcome;
  }

  /** To be called whenever generations may have ended. */
  void complete() {
    waiting.forEach(this::complete);
  }

  private void complete(Generation generation, CompletableFuture<Outcome> waiter) {
    generation
        .outcome()
        .ifPresent(
            outcome -> {
              waiting.remove(generation);
              waiter.complete(outcome);
            });
  }
}
