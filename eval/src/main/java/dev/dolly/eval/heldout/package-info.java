/**
 * How a model does on what its training held out: loss and perplexity, and its own answers beside
 * the records' responses.
 */
package dev.dolly.eval.heldout;
