package dev.dolly.training.zero;

import dev.dolly.engine.model.DType;
import dev.dolly.engine.preset.NormalBytes;
import dev.dolly.engine.sampling.SplitMix64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** New weights that a seed and a weight's name decide, whoever asks for which part of them. */
final class RandomWeights {
  private static final int PIECE = 1 << 18;

  private final long seed;

  RandomWeights(long seed) {
    this.seed = seed;
  }

  /**
   * Normally distributed elements.
   *
   * @param first index in the weight of the first that is random: the sequence begins there
   */
  void normal(
      String name, double deviation, long first, long from, long to, StartingPoint.Pieces into) {
    NormalBytes random =
        new NormalBytes(DType.FLOAT32, deviation, SplitMix64.mix(seed + name.hashCode()));
    for (long at = first; at < to; at += PIECE) {
      long end = Math.min(to, at + PIECE);
      ByteBuffer bytes = buffer(end - at);
      random.fill(bytes);
      long skipped = Math.max(0, from - at);
      if (skipped < end - at) {
        into.put(at + skipped, DType.FLOAT32, bytes.flip().position((int) skipped * 4).slice());
      }
    }
  }

  /** The same value everywhere. */
  void constant(float value, long from, long to, StartingPoint.Pieces into) {
    for (long at = from; at < to; at += PIECE) {
      ByteBuffer bytes = buffer(Math.min(to, at + PIECE) - at);
      while (bytes.hasRemaining()) {
        bytes.putFloat(value);
      }
      into.put(at, DType.FLOAT32, bytes.flip());
    }
  }

  static ByteBuffer buffer(long elements) {
    return ByteBuffer.allocateDirect((int) elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }
}
