package dev.dolly.ingest.dataset;

/** Another loader began on the same topic: that one goes on, this one writes nothing more. */
public final class LoaderFencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LoaderFencedException(String topic, Throwable cause) {
    super(
        "another loader of topic "
            + topic
            + " has begun and this one has ended; load again when that one is done, nothing comes"
            + " twice",
        cause);
  }
}
