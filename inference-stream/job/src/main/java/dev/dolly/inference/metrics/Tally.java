package dev.dolly.inference.metrics;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Response;

/** Hears of what becomes of requests, to count it. Called on the task's thread. */
public interface Tally {
  /** A request's first token that was generated here is seen, so long after it was read. */
  void firstToken(long millis);

  /** A response was handed out. */
  void answered(Response response);

  /** A dead letter was handed out. */
  void gaveUp(ErrorCode code);

  /** A request goes on with that many tokens from a checkpoint. */
  void resumed(int tokens);
}
