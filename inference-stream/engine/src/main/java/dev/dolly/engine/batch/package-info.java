/** Continuous batching: requests join and leave the running batch at token steps. */
package dev.dolly.engine.batch;
