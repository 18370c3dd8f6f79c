/**
 * Answers prompts on the engine. {@link dev.dolly.inference.generate.GenerateOperator} is the shell
 * that Flink sees; what it does is in {@link dev.dolly.inference.generate.InFlightRequests}, which
 * knows no Flink.
 */
package dev.dolly.inference.generate;
