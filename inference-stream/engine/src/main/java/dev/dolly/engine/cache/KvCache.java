package dev.dolly.engine.cache;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.torch.TorchScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keys and values of all running sequences: two fp32 tensors a layer and device, {@code [tokens *
 * heads, head_dim]}. A sequence owns one {@link Span} of them, in which each head's tokens lie
 * together, so that attention reads live tokens only and streams them in order. fp32, because
 * attention with one query row runs several times faster on a CPU in fp32 than in bf16.
 *
 * <p>The arena is reserved at once and bounded for good; its pages become resident when first
 * written. Owned by one thread; closing frees it.
 */
public final class KvCache implements AutoCloseable {
  private static final int LINE_FLOATS = 64 / Float.BYTES;

  private final PtNDManager manager;
  private final SpanAllocator spans;
  private final List<IValue> keys = new ArrayList<>();
  private final List<IValue> values = new ArrayList<>();

  /**
   * @param script makes tensors
   * @param heads of each device
   * @param tokens there may be up to 15 more, see {@link #reserve(int)}
   */
  public KvCache(
      PtNDManager parent,
      TorchScript script,
      int layers,
      List<Integer> heads,
      int headDim,
      int tokens) {
    manager = parent.newSubManager(parent.getDevice());
    int grain = grain(headDim);
    spans = new SpanAllocator((tokens + grain - 1) / grain * grain, grain);
    for (int own : heads) {
      keys.add(arena(script, layers, (long) spans.size() * own, headDim));
      values.add(arena(script, layers, (long) spans.size() * own, headDim));
    }
  }

  /**
   * The fewest tokens after which a head's stretch ends at a cache line's end: 1 for all usual
   * sizes of a head. Kernels may sum in another order where a line begins elsewhere, so that a
   * span's numbers would depend on its place.
   */
  private static int grain(int headDim) {
    return LINE_FLOATS / Math.min(LINE_FLOATS, Integer.lowestOneBit(headDim));
  }

  private IValue arena(TorchScript script, int layers, long rows, long headDim) {
    PtNDArray[] tensors = new PtNDArray[layers];
    try (IValue shape = IValue.listFrom(rows, headDim)) {
      for (int layer = 0; layer < layers; layer++) {
        tensors[layer] = script.tensor(manager, "empty", shape);
      }
    }
    return IValue.listFrom(tensors);
  }

  /** Bytes that one token takes over all layers. */
  public static long bytesPerToken(int layers, int heads, int headDim) {
    return 2L * Float.BYTES * layers * heads * headDim;
  }

  /**
   * Room for so many tokens, and up to 15 more so that it ends at a cache line's end; empty while
   * there is none.
   */
  public Optional<Span> reserve(int tokens) {
    return spans.reserve(tokens);
  }

  public void release(Span span) {
    spans.release(span);
  }

  /** Tokens there are in all. */
  public int size() {
    return spans.size();
  }

  /** Tokens in spans now. */
  public int used() {
    return spans.used();
  }

  /** A device's, one tensor a layer; stays owned by this cache. */
  public IValue keys(int rank) {
    return keys.get(rank);
  }

  /** A device's, one tensor a layer; stays owned by this cache. */
  public IValue values(int rank) {
    return values.get(rank);
  }

  @Override
  public void close() {
    keys.forEach(IValue::close);
    values.forEach(IValue::close);
    manager.close();
  }
}
