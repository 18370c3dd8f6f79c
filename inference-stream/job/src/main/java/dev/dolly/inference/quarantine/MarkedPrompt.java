package dev.dolly.inference.quarantine;

import dev.dolly.schemas.prompt.PromptPosition;

/**
 * A prompt as its mark names it. A topic that is made anew counts its offsets from zero again, so
 * the time belongs to the name.
 *
 * @param writtenAt the record's timestamp, epoch ms
 */
public record MarkedPrompt(PromptPosition position, long writtenAt) {}
