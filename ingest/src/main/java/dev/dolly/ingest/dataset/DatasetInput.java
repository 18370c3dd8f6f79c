package dev.dolly.ingest.dataset;

import java.io.IOException;
import java.io.InputStream;

/** A dataset's file, wherever it lies. It is read more than once, from its beginning each time. */
public interface DatasetInput {
  /** Names it, in messages and as the source of what is no record in it. */
  String name();

  /**
   * Its bytes; whoever opens them closes them.
   *
   * @throws IOException when it cannot be read
   */
  InputStream open() throws IOException;
}
