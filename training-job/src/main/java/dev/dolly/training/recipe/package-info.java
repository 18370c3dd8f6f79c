/**
 * Recipes of whole models: from one file the data, the tokenizer and the starting weights, made
 * from seeds; the training itself is the training job's, by its own options.
 */
package dev.dolly.training.recipe;
