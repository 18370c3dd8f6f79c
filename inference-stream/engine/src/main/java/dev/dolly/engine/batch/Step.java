package dev.dolly.engine.batch;

/**
 * What one step of the engine did.
 *
 * @param sequences how many were computed
 * @param prefillTokens prompt tokens computed, those of resumed answers included
 * @param decodeTokens tokens chosen for sequences that were decoding
 * @param nanos since the step before it ended, or since this one began if nothing ran before: what
 *     a running sequence waited for its token
 */
public record Step(int sequences, int prefillTokens, int decodeTokens, long nanos) {}
