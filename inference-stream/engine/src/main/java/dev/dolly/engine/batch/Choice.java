package dev.dolly.engine.batch;

import java.util.Optional;

/**
 * What a pass found for a sequence whose known tokens are all computed.
 *
 * @param id the next one
 * @param finite whether the logits it was chosen from held no NaN or infinity; the rest means
 *     nothing where they did
 * @param logprob there where the request wants it
 */
record Choice(Sequence sequence, int id, boolean finite, Optional<TokenLogprob> logprob) {}
