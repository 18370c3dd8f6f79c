package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Outcome;
import dev.dolly.inference.metrics.Tally;
import dev.dolly.inference.model.Announcement;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Clock;
import javax.annotation.Nullable;

/**
 * What goes out for good: an answer or a dead letter for each request, a dead letter for what the
 * checkpoint topic announced in vain. Each is counted and logged. Operator's thread.
 */
final class Endings {
  private final RecordWriter writer;
  private final Outlet outlet;
  private final Tally tally;
  private final RequestLog log;
  private final Clock clock;

  Endings(RecordWriter writer, Outlet outlet, Tally tally, RequestLog log, Clock clock) {
    this.writer = writer;
    this.outlet = outlet;
    this.tally = tally;
    this.log = log;
    this.clock = clock;
  }

  /** The last chunk and the answer. */
  void answer(RunningRequest request, Outcome.Finished finished) {
    Response response = request.resident.responses().of(request, finished, clock.millis());
    outlet.chunk(writer.chunk(request.lastChunk(finished.text()), request.record.position()));
    outlet.answer(writer.response(response, request.record.position()));
    tally.answered(response);
    log.answered(response, request.record.position());
    outlet.left();
  }

  /** A request that the engine could not serve. */
  void fail(RunningRequest request, Outcome.Failed failed) {
    giveUp(request.record, request.resident, code(failed.fault()), failed.message(), request.id());
  }

  private static ErrorCode code(Outcome.Fault fault) {
    return switch (fault) {
      case PROMPT_TOO_LONG -> ErrorCode.PROMPT_TOO_LONG;
      case DEADLINE_EXPIRED -> ErrorCode.DEADLINE_EXPIRED;
      case CACHE_EXHAUSTED -> ErrorCode.CACHE_EXHAUSTED;
      case NUMERIC_FAULT -> ErrorCode.NUMERIC_FAULT;
      case INTERNAL -> ErrorCode.INTERNAL;
    };
  }

  /**
   * A prompt that gets no answer.
   *
   * @param resident it would have run on
   * @param requestId null where it cannot be read
   */
  void giveUp(
      PromptRecord record,
      Resident resident,
      ErrorCode code,
      String message,
      @Nullable String requestId) {
    deadLetter(code, message, requestId, resident.version(), record.position(), record.value());
    outlet.left();
  }

  /** What the checkpoint topic announced cannot be served. */
  void refuse(Announcement announcement, ErrorCode code, String message) {
    PromptPosition place =
        new PromptPosition(TopicCatalogue.CHECKPOINTS.name(), 0, announcement.offset());
    deadLetter(code, message, null, "", place, announcement.value());
  }

  private void deadLetter(
      ErrorCode code,
      String message,
      @Nullable String requestId,
      String version,
      PromptPosition place,
      byte[] value) {
    outlet.answer(writer.deadLetter(code, message, requestId, place, value, clock.millis()));
    tally.gaveUp(code);
    log.gaveUp(requestId, version, place, code, message);
  }
}
