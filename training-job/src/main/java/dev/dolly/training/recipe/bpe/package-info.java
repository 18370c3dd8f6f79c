/** Trains a byte-level BPE tokenizer and writes it as a Hugging Face {@code tokenizer.json}. */
package dev.dolly.training.recipe.bpe;
