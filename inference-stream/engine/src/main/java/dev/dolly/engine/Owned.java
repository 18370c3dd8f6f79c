package dev.dolly.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/** Resources that are freed together, in the order against that of their making. One thread. */
final class Owned implements AutoCloseable {
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  /** Takes it; returns it. */
  <T extends AutoCloseable> T add(T resource) {
    resources.push(resource);
    return resource;
  }

  /**
   * Frees all of them, also those behind one that cannot be.
   *
   * @throws IllegalStateException when one cannot be
   */
  @Override
  public void close() {
    IllegalStateException failure = null;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) { // the others must be freed all the same
        if (failure == null) {
          failure = new IllegalStateException("a native resource could not be freed", e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
