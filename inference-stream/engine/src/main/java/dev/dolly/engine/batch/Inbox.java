package dev.dolly.engine.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What other threads ask of the engine's thread. Nobody waits here. */
final class Inbox {
  private final List<Generation> submitted = new ArrayList<>();
  private final List<Generation> cancelled = new ArrayList<>();
  private boolean closed;
  private Throwable failure;

  /**
   * What came since the last look.
   *
   * @param arrived in the order of their submission
   * @param cancelled may have ended meanwhile
   */
  record Commands(List<Generation> arrived, List<Generation> cancelled) {
    boolean isEmpty() {
      return arrived.isEmpty() && cancelled.isEmpty();
    }
  }

  /**
   * @throws IllegalStateException when the engine has failed or is closed
   */
  synchronized void submit(List<Generation> generations) {
    if (failure != null) {
      throw new IllegalStateException("the engine has failed: " + failure, failure);
    }
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    submitted.addAll(generations);
  }

  synchronized void cancel(Generation generation) {
    cancelled.add(generation);
  }

  synchronized void close() {
    closed = true;
  }

  /** For the engine's thread: what has come since the last look. */
  synchronized Commands take() {
    Commands commands = new Commands(List.copyOf(submitted), List.copyOf(cancelled));
    submitted.clear();
    cancelled.clear();
    return commands;
  }

  /** How many requests the engine's thread has not seen yet. */
  synchronized int size() {
    return submitted.size();
  }

  /** Whether it takes nothing any more: closed, or failed. */
  synchronized boolean isShut() {
    return closed || failure != null;
  }

  /** Refuses all that comes from now on; what has come is returned. */
  synchronized List<Generation> fail(Throwable cause) {
    failure = cause;
    List<Generation> left = List.copyOf(submitted);
    submitted.clear();
    return left;
  }

  synchronized Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }
}
