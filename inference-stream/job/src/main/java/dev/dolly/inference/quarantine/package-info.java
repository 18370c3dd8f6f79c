/**
 * Which prompts kill the process that computes them. Each request in the engine has a mark, a small
 * file that names the process; a process that died by its own abort or segmentation fault leaves
 * evidence beside them. Knows no Flink and no engine.
 */
package dev.dolly.inference.quarantine;
