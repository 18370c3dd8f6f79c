package dev.dolly.inference.generate;

import dev.dolly.inference.model.Announcement;
import dev.dolly.schemas.avro.ErrorCode;

/** Hears of what becomes of models. Operator's thread. */
interface ModelListener {
  /** A model is in memory; it took so long. */
  void loaded(long millis);

  /** Another model than before is the current one. */
  void switched();

  /** What was announced cannot be served. */
  void refused(Announcement announcement, ErrorCode code, String message);

  /** All that was announced when this began is dealt with. */
  void caughtUp();
}
