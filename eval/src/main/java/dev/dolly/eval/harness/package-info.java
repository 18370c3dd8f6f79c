/** Runs tasks on a model: scores every request, remembers what is done, and sums it up. */
package dev.dolly.eval.harness;
