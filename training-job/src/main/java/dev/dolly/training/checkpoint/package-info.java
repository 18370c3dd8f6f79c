/**
 * Checkpoints on disk: each is whole or does not count, the newest is gone on from, old ones make
 * room, the last becomes the final model.
 */
package dev.dolly.training.checkpoint;
