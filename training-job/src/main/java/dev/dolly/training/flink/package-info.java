/** The Flink batch job around a training run. */
package dev.dolly.training.flink;
