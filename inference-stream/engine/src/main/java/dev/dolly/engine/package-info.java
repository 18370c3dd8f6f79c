/**
 * The engine: a language model and nothing else. It knows no Kafka, Flink or Avro.
 *
 * <p>{@link dev.dolly.engine.LanguageModel} is the loaded model; {@link
 * dev.dolly.engine.batch.ContinuousBatcher} answers requests with it; {@link
 * dev.dolly.engine.scoring.Scorer} weighs given texts.
 */
package dev.dolly.engine;
