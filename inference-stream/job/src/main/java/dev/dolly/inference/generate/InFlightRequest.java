package dev.dolly.inference.generate;

import static java.util.Objects.requireNonNull;

import dev.dolly.engine.batch.Generated;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ModelRef;

/**
 * A request in the operator's state: all that is needed to go on with it elsewhere.
 *
 * @param record the prompt as it was read; its value is not null
 * @param model that generated the tokens
 * @param engine fingerprint of the engine that generated all of them; empty: of several, or unknown
 * @param seed of the draws
 * @param generated so far, with log-probabilities where the prompt wants them
 * @param attempt of the chunks that went out
 * @param chunks how far they got
 * @param cancelled whether it only still has to be told so to the engine
 */
record InFlightRequest(
    PromptRecord record,
    ModelRef model,
    String engine,
    long seed,
    Generated generated,
    long attempt,
    ChunkProgress chunks,
    boolean cancelled) {
  InFlightRequest {
    requireNonNull(record.value(), "a request in flight has a prompt");
    requireNonNull(model, "model");
    requireNonNull(engine, "engine");
    requireNonNull(generated, "generated");
    requireNonNull(chunks, "chunks");
  }
}
