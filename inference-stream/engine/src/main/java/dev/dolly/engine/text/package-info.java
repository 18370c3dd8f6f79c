/**
 * Between text and token ids: the tokenizer, Dolly's prompt with its control tokens out of reach of
 * user text, and the answer's text as it grows.
 */
package dev.dolly.engine.text;
