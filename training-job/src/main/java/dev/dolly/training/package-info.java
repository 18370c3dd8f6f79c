/**
 * The training job: it replays the dataset topic, fine-tunes a model on all devices, and announces
 * each checkpoint as an event.
 */
package dev.dolly.training;
