package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.FinishReason;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.inference.quarantine.MarkedPrompt;
import dev.dolly.inference.quarantine.Suspicion;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.ResponseChunk;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import javax.annotation.Nullable;

/** A request in the engine or before it, and how much of its answer has gone out. */
final class RunningRequest {
  final PromptRecord record;
  final Prompt prompt;
  final GenerationRequest request;
  final Resident resident;
  private final String engine;
  private final long attempt;
  private final long readMillis;
  private final boolean watched;
  private Suspicion suspicion;
  private boolean notedOutside;
  private @Nullable Generation generation;
  private long outsideMillis;
  private boolean firstTokenSeen;
  private ChunkProgress chunks;
  private long chunkedAtNanos;
  private boolean chunkedNow;
  private boolean cancelled;

  /**
   * @param request for the engine
   * @param suspicion what speaks against it
   * @param resident what it runs on
   * @param engine fingerprint under which all its tokens are generated, the resumed ones included;
   *     empty: there are several
   * @param attempt of this incarnation of the operator, higher than that of the chunks before
   * @param chunks that went out before
   * @param readMillis epoch ms at which its record was read, or restored
   */
  RunningRequest(
      PromptRecord record,
      Prompt prompt,
      GenerationRequest request,
      Suspicion suspicion,
      Resident resident,
      String engine,
      long attempt,
      ChunkProgress chunks,
      long readMillis) {
    this.record = record;
    this.prompt = prompt;
    this.request = request;
    this.suspicion = suspicion;
    this.watched = suspicion.isSuspect();
    this.resident = resident;
    this.engine = engine;
    this.attempt = attempt;
    this.chunks = chunks;
    this.readMillis = readMillis;
  }

  String id() {
    return prompt.getRequestId();
  }

  /** The fingerprint under which all its tokens are generated; empty: there are several. */
  String engine() {
    return engine;
  }

  /** As the quarantine names it. */
  MarkedPrompt marked() {
    return marked(record);
  }

  static MarkedPrompt marked(PromptRecord record) {
    return new MarkedPrompt(record.position(), record.timestamp());
  }

  /** It is in the engine from here on. */
  void enter(Generation generation, long nowMillis) {
    this.generation = generation;
    this.outsideMillis = since(nowMillis);
  }

  /** Ms since it was read; the clock may have been set back. */
  private long since(long nowMillis) {
    return Math.max(0, nowMillis - readMillis);
  }

  /** Ms until the first token that was generated here, once: when that is seen. */
  OptionalLong timeToFirstToken(long nowMillis) {
    if (firstTokenSeen || generation == null || generation.count() <= request.resumed().count()) {
      return OptionalLong.empty();
    }
    firstTokenSeen = true;
    return OptionalLong.of(since(nowMillis));
  }

  /** Empty while it is outside the engine. */
  Optional<Generation> generation() {
    return Optional.ofNullable(generation);
  }

  Suspicion suspicion() {
    return suspicion;
  }

  /** Whether it has more tokens than ever before, which clears it. Only suspects are watched. */
  boolean gained() {
    if (!watched || generation == null || generation.count() <= suspicion.tokens()) {
      return false;
    }
    suspicion = suspicion.reaching(generation.count());
    return true;
  }

  /** True at the first call. */
  boolean noteOutside() {
    boolean first = !notedOutside;
    notedOutside = true;
    return first;
  }

  /** How it ended, in the engine or before it; empty if it did not. */
  Optional<Outcome> outcome(long nowMillis) {
    if (generation != null) {
      return generation.outcome();
    }
    if (cancelled) {
      return Optional.of(endedWith(FinishReason.CANCELLED));
    }
    OptionalLong deadline = request.deadline();
    if (deadline.isEmpty() || nowMillis < deadline.getAsLong()) {
      return Optional.empty();
    }
    return Optional.of(
        request.resumed().count() > 0
            ? endedWith(FinishReason.DEADLINE)
            : new Outcome.Failed(
                Outcome.Fault.DEADLINE_EXPIRED,
                "the deadline of %s passed before the prompt was computed"
                    .formatted(Instant.ofEpochMilli(deadline.getAsLong()))));
  }

  /** The answer that was there when the request came, unless it was complete already. */
  private Outcome endedWith(FinishReason reason) {
    Answer answer = request.answer();
    for (int id : request.resumed().ids()) {
      Optional<FinishReason> own = answer.accept(id);
      if (own.isPresent()) {
        return new Outcome.Finished(own.get(), answer.complete());
      }
    }
    return new Outcome.Finished(reason, answer.complete());
  }

  /** What is generated so far; never waits for the engine. */
  Generated generated() {
    return generation == null ? request.resumed() : generation.generated();
  }

  /** Where its time went; what it waited before the engine had it is queued as well. */
  Generation.Timings timings(long nowMillis) {
    if (generation == null) {
      return new Generation.Timings(since(nowMillis), 0, 0);
    }
    Generation.Timings inEngine = generation.timings();
    return new Generation.Timings(
        outsideMillis + inEngine.queuedMillis(), inEngine.prefillMillis(), inEngine.decodeMillis());
  }

  /** Whether a record without value and with this key means this request. */
  boolean isNamed(byte[] key) {
    return record.key() != null
        ? Arrays.equals(record.key(), key)
        : Arrays.equals(prompt.getRequestId().getBytes(StandardCharsets.UTF_8), key);
  }

  /** Remembers that the request was cancelled, for the state: the engine may not have heard yet. */
  void cancelled() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** Where the prompt was first recorded: on the raw topic if it came from there. */
  Origin origin() {
    return prompt.getOrigin() != null
        ? prompt.getOrigin()
        : new Origin(record.topic(), record.partition(), record.offset());
  }

  /**
   * The next chunk, if there is text for it and the last one is long enough ago. The first goes at
   * once.
   */
  Optional<ResponseChunk> nextChunk(long nowNanos, long intervalNanos) {
    String stable = generation == null ? "" : generation.stableText();
    if (stable.length() <= chunks.length()
        || (chunkedNow && nowNanos - chunkedAtNanos < intervalNanos)) {
      return Optional.empty();
    }
    chunkedNow = true;
    chunkedAtNanos = nowNanos;
    return Optional.of(chunkUpTo(stable, false));
  }

  /** The last chunk: the rest of the text, which may be empty. */
  ResponseChunk lastChunk(String text) {
    return chunkUpTo(text, true);
  }

  private ResponseChunk chunkUpTo(String text, boolean last) {
    if (!chunks.startsOff(text)) {
      // Another text than before the restore. A chunk at index 0 voids all that went out.
      chunks = ChunkProgress.NONE;
    }
    ResponseChunk chunk =
        new ResponseChunk(
            prompt.getRequestId(),
            attempt,
            chunks.index(),
            text.substring(chunks.length()),
            last,
            resident.ref());
    chunks = chunks.upTo(text);
    return chunk;
  }

  /**
   * The request as state. Never waits for the engine: it reads the ids that are there. What went
   * out in chunks came of these ids or fewer, as both are read on the operator's thread.
   */
  InFlightRequest snapshot() {
    return new InFlightRequest(
        record, resident.ref(), engine, request.seed(), generated(), attempt, chunks, cancelled);
  }
}
