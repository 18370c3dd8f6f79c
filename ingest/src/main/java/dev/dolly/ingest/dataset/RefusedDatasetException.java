package dev.dolly.ingest.dataset;

/** A file has entries that are no records, and whoever loads it wants all or nothing. */
public final class RefusedDatasetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedDatasetException(String name, long refused) {
    super(
        "nothing is loaded: %d of the entries of %s are no records, see their lines"
            .formatted(refused, name));
  }
}
