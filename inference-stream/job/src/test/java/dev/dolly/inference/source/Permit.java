package dev.dolly.inference.source;

/** What the source's reader does for each record, where a test plays the source. */
public final class Permit {
  private Permit() {}

  /** Takes a permit of this thread's task. */
  public static void take() {
    Gate.ofThisTask().acquire();
  }
}
