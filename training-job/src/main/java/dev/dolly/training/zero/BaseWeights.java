package dev.dolly.training.zero;

import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.model.MappedTensor;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.StoredTensor;
import dev.dolly.training.compute.Decoder;

/**
 * A model's own weights. Of the embedding and the head it takes the first rows, as many as are
 * wanted; rows that it does not have are N(0, deviation), their biases 0, as Hugging Face resizes.
 */
final class BaseWeights implements StartingPoint {
  private final ModelDirectory base;
  private final Decoder decoder;
  private final RandomWeights random;
  private final double deviation;

  BaseWeights(ModelDirectory base, Decoder decoder, long seed, double deviation) {
    this.base = base;
    this.decoder = decoder;
    this.deviation = deviation;
    random = new RandomWeights(seed);
  }

  @Override
  public void read(WeightSlot slot, long from, long to, Pieces into) {
    StoredTensor stored = base.tensor(slot.name(), storedShape(slot));
    long held = stored.elements();
    if (from < held) {
      StoredTensor flat =
          new StoredTensor(
              slot.name(),
              stored.dtype(),
              new long[] {held},
              stored.file(),
              stored.offset(),
              stored.byteLength());
      try (MappedTensor mapped = flat.rows(from, Math.min(to, held)).open()) {
        into.put(from, stored.dtype(), mapped.buffer());
      }
    }
    if (to > held) {
      if (slot.shape().length > 1) {
        random.normal(slot.name(), deviation, held, Math.max(from, held), to, into);
      } else {
        random.constant(0, Math.max(from, held), to, into);
      }
    }
  }

  /** The slot's, but with the base's vocabulary. */
  private long[] storedShape(WeightSlot slot) {
    long[] shape = slot.shape().clone();
    long[] stored = base.tensor(slot.name()).shape();
    if (decoder.isPerToken(slot) && stored.length == shape.length) {
      shape[0] = stored[0];
    }
    return shape;
  }
}
