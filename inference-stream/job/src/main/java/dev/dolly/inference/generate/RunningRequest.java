package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Generation;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.ResponseChunk;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** A request in the engine, and how much of its answer has gone out. */
final class RunningRequest {
  final PromptRecord record;
  final Prompt prompt;
  final Generation generation;
  private final ModelRef model;
  private final long attempt;
  private ChunkProgress chunks;
  private long chunkedAtNanos;
  private boolean chunkedNow;
  private boolean cancelled;

  /**
   * @param attempt of this incarnation of the operator, higher than that of the chunks before
   * @param chunks that went out before
   */
  RunningRequest(
      PromptRecord record,
      Prompt prompt,
      Generation generation,
      ModelRef model,
      long attempt,
      ChunkProgress chunks) {
    this.record = record;
    this.prompt = prompt;
    this.generation = generation;
    this.model = model;
    this.attempt = attempt;
    this.chunks = chunks;
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
    String stable = generation.stableText();
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
            model);
    chunks = chunks.upTo(text);
    return chunk;
  }

  /**
   * The request as state. Never waits for the engine: it reads the ids that are there. What went
   * out in chunks came of these ids or fewer, as both are read on the operator's thread.
   */
  InFlightRequest snapshot() {
    return new InFlightRequest(
        record,
        model,
        generation.request().seed(),
        generation.generated(),
        attempt,
        chunks,
        cancelled);
  }
}
