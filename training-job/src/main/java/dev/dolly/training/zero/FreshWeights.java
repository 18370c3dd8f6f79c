package dev.dolly.training.zero;

import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.GptNeoXConfig;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.training.compute.Decoder;
import java.nio.ByteBuffer;

/** Weights for training from scratch. */
final class FreshWeights implements StartingPoint {
  /** How many places each head looks back, in turn. */
  private static final int[] OFFSETS = {1, 1, 2, 3};

  /** Rotary pairs that do the pointing: the three fastest. */
  private static final int PAIRS = 3;

  /** A query of this strength gives the wanted place 98 % of the attention. */
  private static final double STRENGTH = 8;

  private final Decoder decoder;
  private final ModelConfig config;
  private final StartValues start;
  private final RandomWeights random;

  FreshWeights(Decoder decoder, StartValues start, long seed) {
    this.decoder = decoder;
    config = decoder.config();
    this.start = start;
    random = new RandomWeights(seed);
    if (start.previousTokenHeads() && !(config instanceof GptNeoXConfig n && n.attentionBias())) {
      throw new IllegalArgumentException(
          "heads are turned to previous tokens by attention biases, which this model lacks");
    }
  }

  @Override
  public void read(WeightSlot slot, long from, long to, Pieces into) {
    String name = slot.name();
    if (slot.shape().length > 1) {
      boolean copied = start.headFromEmbedding() && slot.equals(decoder.head());
      random.normal(
          copied ? decoder.embedding().name() : name, start.standardDeviation(), 0, from, to, into);
    } else if (start.previousTokenHeads()
        && name.equals("gpt_neox.layers.0.attention.query_key_value.bias")) {
      ByteBuffer bytes = RandomWeights.buffer(to - from);
      float[] bias = previousTokenBias();
      for (long i = from; i < to; i++) {
        bytes.putFloat(bias[(int) i]);
      }
      into.put(from, DType.FLOAT32, bytes.flip());
    } else {
      random.constant(isNormWeight(name) ? 1 : 0, from, to, into);
    }
  }

  /**
   * Query and key biases whose product, rotated, is largest where the key stands {@code offset}
   * places before the query: {@code Σ cos(w (distance - offset))} over the fastest pairs.
   */
  private float[] previousTokenBias() {
    int d = config.headDim();
    int half = config.rotaryDims() / 2;
    float[] bias = new float[3 * config.hiddenSize()];
    for (int head = 0; head < config.heads(); head++) {
      int query = head * 3 * d; // each head's query, key and value lie together
      int key = query + d;
      int offset = OFFSETS[head % OFFSETS.length];
      for (int pair = 0; pair < Math.min(PAIRS, half); pair++) {
        double angle = offset * Math.pow(config.rotaryBase(), -2.0 * pair / config.rotaryDims());
        bias[key + pair] = (float) STRENGTH;
        bias[query + pair] = (float) (STRENGTH * Math.cos(angle));
        bias[query + pair + half] = (float) (-STRENGTH * Math.sin(angle));
      }
    }
    return bias;
  }

  private static boolean isNormWeight(String name) {
    return name.endsWith(".weight"); // of the vectors, the only ones
  }
}
