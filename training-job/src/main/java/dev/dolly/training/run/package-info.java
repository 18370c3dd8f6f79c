/**
 * A training run without Flink and Kafka: prepared, fed with records, then step by step with
 * evaluation, metrics and saves.
 */
package dev.dolly.training.run;
