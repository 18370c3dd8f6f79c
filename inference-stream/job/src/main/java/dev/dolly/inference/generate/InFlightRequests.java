package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Outcome;
import dev.dolly.inference.metrics.Tally;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.inference.source.PromptRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one subtask on their way from prompt to answer: what the operator does, without
 * Flink.
 *
 * <p>All methods belong to one thread, the operator's. The engine's thread is never waited for: it
 * announces progress, and {@link #drain} collects what there is.
 *
 * <p>Chunks carry an attempt, which must be higher than that of every chunk that went out before.
 * It is this incarnation's opening time, but always above the attempts that the state knows. That
 * alone would not do where the clock is set back: an incarnation that sent chunks and died before
 * its first checkpoint would be in no state. So nothing that goes with chunks leaves before
 * {@linkplain #letOut a checkpoint with the attempt in it is complete}; the engine works meanwhile.
 */
final class InFlightRequests {
  private static final Logger LOG = LoggerFactory.getLogger(InFlightRequests.class);

  private final Models models;
  private final RecordWriter writer;
  private final Outlet outlet;
  private final Tally tally;
  private final Duration chunkInterval;
  private final Clock clock;
  private final RequestLog log = new RequestLog();
  private final Endings endings;
  private final Arrivals arrivals;
  private final EngineDoor door;
  private final Set<RunningRequest> running = new LinkedHashSet<>();
  private long attempt;
  private boolean out;

  /**
   * @param models call for {@link #drain} when something changed
   * @param quarantine stays the caller's
   * @param clock for the time of answers, deadlines and the attempt of chunks
   */
  InFlightRequests(
      Models models,
      Intake intake,
      RecordWriter writer,
      Outlet outlet,
      Quarantine quarantine,
      Tally tally,
      Duration chunkInterval,
      Clock clock) {
    this.models = models;
    this.writer = writer;
    this.outlet = outlet;
    this.tally = tally;
    this.chunkInterval = chunkInterval;
    this.clock = clock;
    this.endings = new Endings(writer, outlet, tally, log, clock);
    this.arrivals = new Arrivals(intake, quarantine, endings, log, clock);
    this.door = new EngineDoor(quarantine, clock);
    this.attempt = clock.millis();
  }

  /**
   * Goes on with requests of earlier incarnations, however many, each on the model that it began
   * on. Where that is gone, it starts again from nothing on the current one.
   *
   * @param attempts of incarnations that may have sent chunks of requests that come here
   */
  void restore(Collection<InFlightRequest> requests, Collection<Long> attempts) {
    attempts.forEach(this::isAbove);
    requests.forEach(request -> isAbove(request.attempt()));
    for (InFlightRequest request : requests) {
      Optional<Resident> before = models.find(request.model());
      boolean sameModel = before.isPresent();
      begin(
              request.record(),
              before.orElseGet(models::current),
              sameModel ? Arrivals.Before.resumed(request) : Arrivals.Before.again(request))
          .ifPresent(
              begun -> {
                if (!sameModel) {
                  log.startedAgain(
                      begun.id(),
                      begun.resident.version(),
                      request.record().position(),
                      request.model().getVersion());
                }
                if (request.cancelled()) {
                  begun.cancelled();
                }
              });
    }
    door.letIn();
  }

  private void isAbove(long earlier) {
    attempt = Math.max(attempt, earlier + 1);
  }

  /** Takes a record of the prompt topic: it becomes an answer or a dead letter, now or later. */
  void accept(PromptRecord record) {
    if (record.value() == null) {
      cancel(record);
      outlet.left();
    } else {
      begin(record, models.current(), Arrivals.Before.NOTHING);
      door.letIn();
    }
  }

  private void cancel(PromptRecord record) {
    if (record.key() == null) {
      LOG.warn("{} has neither key nor value and cancels nothing", record.position());
      return;
    }
    running.stream()
        .filter(request -> request.isNamed(record.key()))
        .forEach(
            request -> {
              log.cancelled(request.id(), request.resident.version(), request.record.position());
              request.cancelled();
              door.cancel(request);
            });
  }

  /** Empty: it became a dead letter. */
  private Optional<RunningRequest> begin(
      PromptRecord record, Resident resident, Arrivals.Before before) {
    Optional<RunningRequest> begun = arrivals.begin(record, resident, before, attempt);
    begun.ifPresent(
        request -> {
          tally.resumed(request.request.resumed().count());
          resident.pin();
          running.add(request);
          door.add(request);
        });
    return begun;
  }

  /** A checkpoint with this incarnation's attempt is complete: chunks and answers may leave. */
  void letOut() {
    if (!out) {
      out = true;
      drain();
    }
  }

  /**
   * Hands out what has ended, and the chunks that are due; lets in what may go in.
   *
   * @throws EngineFailedException if the engine's thread died
   */
  void drain() {
    failWithTheEngine();
    running.forEach(this::observe);
    if (out) {
      handOut();
    }
    door.letIn();
  }

  private void observe(RunningRequest request) {
    door.observe(request);
    request.timeToFirstToken(clock.millis()).ifPresent(tally::firstToken);
  }

  private void handOut() {
    long nowNanos = System.nanoTime();
    long nowMillis = clock.millis();
    Iterator<RunningRequest> each = running.iterator();
    while (each.hasNext()) {
      RunningRequest request = each.next();
      Optional<Outcome> outcome = request.outcome(nowMillis);
      if (outcome.isPresent()) {
        end(request, outcome.get());
        each.remove();
      } else {
        request
            .nextChunk(nowNanos, chunkInterval.toNanos())
            .ifPresent(chunk -> outlet.chunk(writer.chunk(chunk, request.record.position())));
      }
    }
  }

  private void failWithTheEngine() {
    Optional<Throwable> failure = models.failure();
    if (failure.isPresent()) {
      throw new EngineFailedException(failure.get());
    }
  }

  private void end(RunningRequest request, Outcome outcome) {
    if (outcome instanceof Outcome.Finished finished) {
      endings.answer(request, finished);
    } else {
      // The engine's death ends every request as failed; it is known before the first of them is.
      failWithTheEngine();
      endings.fail(request, (Outcome.Failed) outcome);
    }
    door.left(request);
    models.left(request.resident);
  }

  /** What else goes out for good. */
  Endings endings() {
    return endings;
  }

  /** Every request without an answer yet, for the operator's state. Does not wait. */
  List<InFlightRequest> snapshot() {
    return running.stream().map(RunningRequest::snapshot).toList();
  }

  /** Of the chunks that this incarnation sends, for the operator's state. */
  long attempt() {
    return attempt;
  }

  /**
   * Whether requests wait outside the engine. They have to be looked at from time to time with
   * {@link #drain}, as nobody else announces that a trial elsewhere or a deadline is over.
   */
  boolean holdsBack() {
    return door.holdsBack();
  }

  /** Requests that have no answer yet. */
  int size() {
    return running.size();
  }

  /** Those of them that no engine has. */
  int outside() {
    return door.outside();
  }
}
