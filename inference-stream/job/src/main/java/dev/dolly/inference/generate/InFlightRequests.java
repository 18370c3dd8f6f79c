package dev.dolly.inference.generate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.Timings;
import dev.dolly.schemas.prompt.PromptRules;
import dev.dolly.schemas.prompt.Rejection;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one subtask on their way from prompt to answer: what the operator does, without
 * Flink.
 *
 * <p>All methods belong to one thread, the operator's. The engine's thread is never waited for: it
 * announces progress, and {@link #drain} collects what there is.
 */
final class InFlightRequests {
  private static final Logger LOG = LoggerFactory.getLogger(InFlightRequests.class);

  private final ServedModel served;
  private final ContinuousBatcher batcher;
  private final RecordSerde<Prompt> prompts;
  private final RecordWriter writer;
  private final Outlet outlet;
  private final Duration chunkInterval;
  private final boolean deterministic;
  private final Clock clock;
  private final ResponseLogprobs logprobs;
  private final Set<RunningRequest> running = new LinkedHashSet<>();
  private long attempt;
  private long answered;
  private long deadLetters;
  private long newTokens;

  /**
   * @param batcher runs on the model and calls for {@link #drain} when something changed
   * @param deterministic whether the batcher was told to be
   * @param clock for the time of answers and the attempt of chunks
   */
  InFlightRequests(
      ServedModel served,
      ContinuousBatcher batcher,
      RecordSerde<Prompt> prompts,
      RecordWriter writer,
      Outlet outlet,
      Duration chunkInterval,
      boolean deterministic,
      Clock clock) {
    this.served = served;
    this.batcher = batcher;
    this.prompts = prompts;
    this.writer = writer;
    this.outlet = outlet;
    this.chunkInterval = chunkInterval;
    this.deterministic = deterministic;
    this.clock = clock;
    this.logprobs = new ResponseLogprobs(served.model().tokenizer());
    this.attempt = clock.millis();
  }

  /**
   * Goes on with requests of an earlier incarnation, however many. Those whose ids another model
   * generated start again from nothing.
   */
  void restore(Collection<InFlightRequest> requests) {
    // A clock that was set back must not make this incarnation's chunks look older.
    requests.forEach(request -> attempt = Math.max(attempt, request.attempt() + 1));
    for (InFlightRequest request : requests) {
      boolean sameModel = request.model().equals(served.ref());
      if (!sameModel) {
        LOG.warn(
            "{} was begun on model version {} and starts again on {}",
            request.record().position(),
            request.model().getVersion(),
            served.ref().getVersion());
      }
      begin(
              request.record(),
              sameModel ? request.generated() : Generated.NONE,
              Optional.of(request.seed()),
              sameModel ? request.chunks() : ChunkProgress.NONE)
          .filter(running -> request.cancelled())
          .ifPresent(this::cancel);
    }
  }

  /** Takes a record of the prompt topic: it becomes an answer or a dead letter, now or later. */
  void accept(PromptRecord record) {
    if (record.value() == null) {
      cancel(record);
      outlet.left();
    } else {
      begin(record, Generated.NONE, Optional.empty(), ChunkProgress.NONE);
    }
  }

  private void cancel(PromptRecord record) {
    if (record.key() == null) {
      LOG.warn("{} has neither key nor value and cancels nothing", record.position());
      return;
    }
    running.stream().filter(request -> request.isNamed(record.key())).forEach(this::cancel);
  }

  private void cancel(RunningRequest request) {
    request.cancelled();
    batcher.cancel(request.generation);
  }

  /** Empty: it became a dead letter. */
  private Optional<RunningRequest> begin(
      PromptRecord record, Generated resumed, Optional<Long> seed, ChunkProgress chunks) {
    Decoded<Prompt> decoded = prompts.decode(record.value());
    if (decoded instanceof Decoded.Broken<Prompt> broken) {
      giveUp(record, broken.code(), broken.message(), keyAsText(record));
      return Optional.empty();
    }
    Prompt prompt = ((Decoded.Value<Prompt>) decoded).record();
    Optional<Rejection> rejection = PromptRules.check(prompt);
    if (rejection.isPresent()) {
      String id = prompt.getRequestId();
      giveUp(
          record,
          rejection.get().code(),
          rejection.get().message(),
          PromptRules.usable(id) ? id : null);
      return Optional.empty();
    }
    int[] ids;
    try {
      ids = served.prompts().encode(prompt.getInstruction(), prompt.getContext());
    } catch (RuntimeException e) {
      // Encoding depends on this text and on nothing else: another try would end the same.
      LOG.error("the prompt at {} cannot be encoded", record.position(), e);
      giveUp(
          record, ErrorCode.INTERNAL, "the prompt cannot be encoded: " + e, prompt.getRequestId());
      return Optional.empty();
    }
    Generation generation =
        batcher.submit(
            EngineRequests.resumed(
                prompt,
                served.prompts(),
                ids,
                usable(prompt, resumed),
                seed.orElseGet(() -> EngineRequests.seed(prompt))));
    RunningRequest request =
        new RunningRequest(record, prompt, generation, served.ref(), attempt, chunks);
    running.add(request);
    return Optional.of(request);
  }

  /** A state of an older layout has no log-probabilities: a prompt that wants them starts again. */
  private static Generated usable(Prompt prompt, Generated resumed) {
    boolean wanted = prompt.getParams().getLogprobs() > 0;
    return wanted == !resumed.logprobs().isEmpty() ? resumed : Generated.NONE;
  }

  /**
   * Hands out what the engine has finished, and the chunks that are due.
   *
   * @throws EngineFailedException if the engine's thread died
   */
  void drain() {
    failWithTheEngine();
    long now = System.nanoTime();
    Iterator<RunningRequest> each = running.iterator();
    while (each.hasNext()) {
      RunningRequest request = each.next();
      Optional<Outcome> outcome = request.generation.outcome();
      if (outcome.isPresent()) {
        each.remove();
        end(request, outcome.get());
      } else {
        request
            .nextChunk(now, chunkInterval.toNanos())
            .ifPresent(chunk -> outlet.chunk(writer.chunk(chunk)));
      }
    }
  }

  private void failWithTheEngine() {
    Optional<Throwable> failure = batcher.failure();
    if (failure.isPresent()) {
      throw new EngineFailedException(failure.get());
    }
  }

  private void end(RunningRequest request, Outcome outcome) {
    if (outcome instanceof Outcome.Finished finished) {
      outlet.chunk(writer.chunk(request.lastChunk(finished.text())));
      outlet.answer(writer.response(response(request, finished)));
      answered++;
      newTokens += request.generation.count() - request.generation.request().resumed().count();
      outlet.left();
    } else {
      // The engine's death ends every request as failed; it is known before the first of them is.
      failWithTheEngine();
      Outcome.Failed failed = (Outcome.Failed) outcome;
      giveUp(request.record, code(failed.fault()), failed.message(), request.prompt.getRequestId());
    }
  }

  private Response response(RunningRequest request, Outcome.Finished finished) {
    Generation generation = request.generation;
    Generation.Timings timings = generation.timings();
    return Response.newBuilder()
        .setRequestId(request.prompt.getRequestId())
        .setText(finished.text())
        .setFinishReason(reason(finished.reason()))
        .setPromptTokens(generation.request().promptIds().length)
        .setGeneratedTokens(generation.count())
        .setLogprobs(
            generation.request().logprobs() == 0 ? null : logprobs.of(generation.generated()))
        .setResumedTokens(generation.request().resumed().count())
        .setSeed(generation.request().seed())
        .setModel(served.ref())
        .setEngine(batcher.fingerprint())
        .setDeterministic(deterministic)
        .setTimings(
            new Timings(timings.queuedMillis(), timings.prefillMillis(), timings.decodeMillis()))
        .setOrigin(request.origin())
        .setMetadata(request.prompt.getMetadata())
        .setCreatedAt(clock.millis())
        .build();
  }

  private void giveUp(
      PromptRecord record, ErrorCode code, String message, @Nullable String requestId) {
    outlet.answer(writer.deadLetter(code, message, requestId, record, clock.millis()));
    deadLetters++;
    outlet.left();
  }

  private static FinishReason reason(dev.dolly.engine.batch.FinishReason reason) {
    return switch (reason) {
      case END -> FinishReason.END;
      case EOS -> FinishReason.EOS;
      case STOP -> FinishReason.STOP;
      case LENGTH -> FinishReason.LENGTH;
      case DEADLINE -> FinishReason.DEADLINE;
      case CANCELLED -> FinishReason.CANCELLED;
    };
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

  /** The key names the request on this topic, also where the value cannot be read. */
  @Nullable
  private static String keyAsText(PromptRecord record) {
    if (record.key() == null) {
      return null;
    }
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(record.key())).toString();
      return PromptRules.usable(text) ? text : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Every request without an answer yet, for the operator's state. Does not wait. */
  List<InFlightRequest> snapshot() {
    return running.stream().map(RunningRequest::snapshot).toList();
  }

  /** Requests that have no answer yet. */
  int size() {
    return running.size();
  }

  /** Responses handed out. */
  long answered() {
    return answered;
  }

  /** Dead letters handed out. */
  long deadLetters() {
    return deadLetters;
  }

  /** Tokens generated here for the responses handed out. */
  long newTokens() {
    return newTokens;
  }
}
