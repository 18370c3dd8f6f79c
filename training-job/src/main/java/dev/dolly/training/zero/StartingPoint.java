package dev.dolly.training.zero;

import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.model.DType;
import java.nio.ByteBuffer;

/** Where the first weights come from. Called by several devices at once. */
interface StartingPoint {
  /**
   * Hands over some of a weight's elements, row by row.
   *
   * @param from first element, inclusive
   * @param to last, exclusive
   */
  void read(WeightSlot slot, long from, long to, Pieces into);

  /** Takes elements, in pieces that need not come in order. */
  interface Pieces {
    /**
     * @param at index in the weight of the first
     * @param bytes little-endian, used until this returns
     */
    void put(long at, DType dtype, ByteBuffer bytes);
  }
}
