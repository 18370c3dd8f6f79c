package dev.dolly.ingest.dataset;

/**
 * Another loader began on the same topic, or the broker gave a transaction up that took too long:
 * this one writes nothing more.
 */
public final class LoaderFencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LoaderFencedException(String topic, Throwable cause) {
    super(
        "another loader of topic "
            + topic
            + " has begun, or a transaction of this one timed out; this one has ended: load again"
            + " when no other is under way, nothing comes twice",
        cause);
  }
}
