package dev.dolly.training.zero;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;

/**
 * What devices do together. Each calls from its own thread, all of them the same calls in the same
 * order; only {@link #reduceScatter} waits for the others.
 */
interface Collectives {
  /**
   * Everybody's shards end to end.
   *
   * @param shards by rank; nobody changes them meanwhile
   * @param whole where to: a buffer of this device, at least as large as the shards together, and
   *     of the type that they are wanted in
   * @return the part of it that was written, an alias that the scope owns
   */
  PtNDArray allGather(int rank, PtNDManager scope, List<PtNDArray> shards, PtNDArray whole);

  /**
   * Sums what the devices found, in the order of their ranks, and leaves with each its slice.
   *
   * @param found of the size of all shards together; null: this device found nothing
   * @param shard of this device
   * @param add to what the shard holds; otherwise in its place
   */
  void reduceScatter(int rank, PtNDArray found, PtNDArray shard, boolean add);

  /** Elements that a device got from others so far. */
  long received(int rank);

  /** Ends the waiting of all devices, now and later: one of them failed. */
  void abort();
}
