package dev.dolly.eval.gate;

import dev.dolly.schemas.avro.CheckpointEvent;

/** Hears how a gate goes on, on its thread and in this order for each candidate. */
public interface GateListener {
  /** A version is about to be evaluated: a candidate, or what it is compared with. */
  default void evaluating(CheckpointEvent event) {}

  /** The decision is made; nothing is written yet. */
  default void judged(CheckpointEvent decision) {}

  /** The decision is written, and not committed yet. */
  default void written(CheckpointEvent decision) {}

  /** The decision holds. */
  default void decided(CheckpointEvent decision) {}

  /** There is nothing to decide on a candidate any more. */
  default void passedOver(CheckpointEvent candidate, String why) {}

  /** Broker or registry cannot be used; it goes on when they can. */
  default void waiting(String why) {}
}
