/**
 * How good a model is: the zero-shot tasks of the published table, scores of answers, and the gate
 * that promotes or rejects a checkpoint by them.
 */
package dev.dolly.eval;
