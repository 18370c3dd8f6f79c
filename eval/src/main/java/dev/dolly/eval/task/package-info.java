/**
 * The seven zero-shot tasks of the published table: how their records become requests, and what
 * counts as right, exactly as EleutherAI's lm-evaluation-harness has it.
 */
package dev.dolly.eval.task;
