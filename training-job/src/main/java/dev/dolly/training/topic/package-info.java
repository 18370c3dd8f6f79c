/**
 * The topics of a training run: records in, up to fixed offsets; events, metrics, dead letters out.
 */
package dev.dolly.training.topic;
