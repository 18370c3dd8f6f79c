package dev.dolly.hub;

/** Hears how fetching goes, on the thread that fetches. */
@FunctionalInterface
public interface PullListener {
  /**
   * More has come.
   *
   * @param bytes here now
   * @param total of all files, as far as the hub says
   */
  void progressed(long bytes, long total);
}
