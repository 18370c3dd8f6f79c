package dev.dolly.chaos;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;
import java.time.Duration;
import java.util.Optional;

/**
 * One prompt of a load.
 *
 * @param prompt what is asked; without its deadline, which counts from the moment of sending
 * @param way how it is sent
 * @param flaw what is wrong with it, if anything
 * @param deadline from the moment of sending
 * @param cancelled whether a cancellation follows it at once
 */
record LoadPrompt(
    Prompt prompt, Way way, Optional<Flaw> flaw, Optional<Duration> deadline, boolean cancelled) {

  LoadPrompt {
    if (cancelled && way != Way.AVRO) {
      // Ingest would bring it to the other topic behind its cancellation.
      throw new IllegalArgumentException("only a prompt on the job's own topic can be cancelled");
    }
  }

  /** Unlike any other's of the load. */
  String id() {
    return prompt.getRequestId();
  }

  Expected expected() {
    if (flaw.isPresent()) {
      return Expected.aDeadLetter(flaw.get().code(way));
    }
    return deadline.isPresent()
        ? Expected.anAnswerOr(ErrorCode.DEADLINE_EXPIRED)
        : Expected.anAnswer();
  }
}
