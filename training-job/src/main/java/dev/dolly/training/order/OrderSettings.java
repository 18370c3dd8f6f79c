package dev.dolly.training.order;

import dev.dolly.engine.example.TestSize;

/**
 * What makes the order.
 *
 * @param seed of every shuffle
 * @param shuffle false: the order in which the examples come, in each epoch
 * @param testSize what is held out, from the tail
 * @param batch when a batch is full
 * @param lengthWindow so many examples that follow each other are brought into the order of their
 *     length before batches are cut, and the batches are then shuffled: a batch has examples of
 *     like length. 0: not at all
 */
public record OrderSettings(
    long seed, boolean shuffle, TestSize testSize, BatchSize batch, int lengthWindow) {
  public OrderSettings {
    if (lengthWindow < 0) {
      throw new IllegalArgumentException("length window must be 0 or more: " + lengthWindow);
    }
    if (lengthWindow > 0 && !shuffle) {
      throw new IllegalArgumentException(
          "a length window moves examples, which without a shuffle none may be");
    }
  }
}
