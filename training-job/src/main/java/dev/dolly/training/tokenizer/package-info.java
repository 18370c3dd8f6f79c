/** The tokenizer of a model that is trained: the base model's, with Dolly's control tokens. */
package dev.dolly.training.tokenizer;
