package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Generated;
import dev.dolly.inference.quarantine.MarkedPrompt;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.inference.quarantine.Suspicion;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;
import java.time.Clock;
import java.util.Optional;

/**
 * Makes requests of prompt records, those that come and those that go on after a restore: what
 * cannot be served, and what has killed too many processes, becomes a dead letter here. Operator's
 * thread.
 */
final class Arrivals {
  private final Intake intake;
  private final Quarantine quarantine;
  private final Endings endings;
  private final RequestLog log;
  private final Clock clock;

  /**
   * What was done about a request before.
   *
   * @param resumed tokens that it has
   * @param engine under which they were generated; empty: several, or none are there
   * @param seed that it drew by; empty: it was not begun
   * @param chunks that went out
   */
  record Before(Generated resumed, String engine, Optional<Long> seed, ChunkProgress chunks) {
    static final Before NOTHING =
        new Before(Generated.NONE, "", Optional.empty(), ChunkProgress.NONE);

    /** It goes on where it was. */
    static Before resumed(InFlightRequest request) {
      return new Before(
          request.generated(), request.engine(), Optional.of(request.seed()), request.chunks());
    }

    /** Its model is gone: it starts again, by the same seed. */
    static Before again(InFlightRequest request) {
      return new Before(
          Generated.NONE, request.engine(), Optional.of(request.seed()), ChunkProgress.NONE);
    }
  }

  Arrivals(Intake intake, Quarantine quarantine, Endings endings, RequestLog log, Clock clock) {
    this.intake = intake;
    this.quarantine = quarantine;
    this.endings = endings;
    this.log = log;
    this.clock = clock;
  }

  /**
   * Begins a request, or gives it up.
   *
   * @param attempt of its chunks
   * @return empty: it became a dead letter
   */
  Optional<RunningRequest> begin(
      PromptRecord record, Resident resident, Before before, long attempt) {
    Intake.Found found = intake.read(record, resident.prompts());
    if (found instanceof Intake.Refused refused) {
      endings.giveUp(record, resident, refused.code(), refused.message(), refused.requestId());
      return Optional.empty();
    }
    Intake.Accepted accepted = (Intake.Accepted) found;
    Prompt prompt = accepted.prompt();
    Generated usable = usable(prompt, before.resumed());
    MarkedPrompt marked = RunningRequest.marked(record);
    Suspicion suspicion = quarantine.suspicion(marked).resumedWith(usable.count());
    if (suspicion.isCertain()) {
      quarantine.condemned(marked, suspicion);
      condemn(record, resident, prompt.getRequestId(), suspicion.deaths());
      return Optional.empty();
    }
    if (suspicion.isSuspect()) {
      log.suspected(
          prompt.getRequestId(), resident.version(), record.position(), suspicion.deaths());
    }
    return Optional.of(
        new RunningRequest(
            record,
            prompt,
            EngineRequests.resumed(
                prompt,
                resident.prompts(),
                accepted.ids(),
                usable,
                before.seed().orElseGet(() -> EngineRequests.seed(prompt))),
            suspicion,
            resident,
            onlyEngine(usable, before.engine(), resident.batcher().fingerprint()),
            attempt,
            before.chunks(),
            clock.millis()));
  }

  private void condemn(PromptRecord record, Resident resident, String requestId, int deaths) {
    log.quarantined(requestId, resident.version(), record.position(), deaths);
    endings.giveUp(
        record,
        resident,
        ErrorCode.INTERNAL,
        "the process died %d times while this prompt was computed; it is not tried again"
            .formatted(deaths),
        requestId);
  }

  /** A state of an older layout has no log-probabilities: a prompt that wants them starts again. */
  private static Generated usable(Prompt prompt, Generated resumed) {
    boolean wanted = prompt.getParams().getLogprobs() > 0;
    return wanted == !resumed.logprobs().isEmpty() ? resumed : Generated.NONE;
  }

  /** Under what all tokens are generated when this engine goes on; empty: several. */
  private static String onlyEngine(Generated resumed, String before, String now) {
    return resumed.count() == 0 || before.equals(now) ? now : "";
  }
}
