/**
 * The promotion gate: each candidate checkpoint is evaluated and then promoted or rejected by the
 * rules of a file, once, whatever is killed meanwhile.
 */
package dev.dolly.eval.gate;
