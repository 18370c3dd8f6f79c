package dev.dolly.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.architecture.Part;
import dev.dolly.engine.architecture.Rotary;
import dev.dolly.engine.architecture.Wiring;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.torch.Int8Range;
import dev.dolly.engine.torch.TorchScript;
import java.nio.FloatBuffer;

/**
 * What one device has of a model: weights, and the script that computes with them. Read-only, so
 * several threads may compute at once.
 */
final class Rank implements AutoCloseable {
  private final Part part;
  private final int heads;
  private final long firstId;
  private final PtNDManager manager;
  private final TorchScript script;
  private final IValue weights;
  private final IValue head;
  private final IValue cos;
  private final IValue sin;
  private final long bytes;
  private final boolean packed;
  private final Owned owned = new Owned();

  /**
   * Loads its weights, tensor by tensor, on the calling thread.
   *
   * @param range for int8
   */
  Rank(ModelDirectory directory, DType dtype, Part part, Int8Range range) {
    this.part = part;
    ModelConfig config = directory.config();
    Wiring wiring = Wiring.of(config);
    heads = (int) part.share(config.heads());
    firstId = part.from(config.vocabSize());
    try {
      manager = owned.add((PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch"));
      script =
          owned.add(TorchScript.load(manager, wiring.scripts(), wiring.constants(range, heads)));
      Weights loader = new Weights(directory, script, manager, dtype, part);
      weights = owned.add(IValue.listFrom(loader.load(wiring.body())));
      head = owned.add(IValue.listFrom(loader.load(wiring.head())));
      Rotary rotary = wiring.rotary();
      cos = owned.add(table(rotary.cos(config.window()), rotary.dims()));
      sin = owned.add(table(rotary.sin(config.window()), rotary.dims()));
      bytes = loader.bytes();
      packed = loader.packed();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Its place among the others. */
  int index() {
    return part.rank();
  }

  /** Heads that it computes. */
  int heads() {
    return heads;
  }

  /** Bytes of its weights in memory. */
  long bytes() {
    return bytes;
  }

  /** Whether matrices lie in the order of oneDNN's kernels. */
  boolean packed() {
    return packed;
  }

  /** Owns its tensors. */
  PtNDManager manager() {
    return manager;
  }

  /** Its script, with the heads it has. */
  TorchScript script() {
    return script;
  }

  /** All of a pass, in one call; for a rank that has the whole model. */
  IValue hidden(IValue ids, IValue places, IValue spans, KvCache cache) {
    IValue keys = cache.keys(0);
    IValue values = cache.values(0);
    return script.call("hidden", ids, places, spans, weights, keys, values, cos, sin);
  }

  /** What all blocks of a pass need. */
  IValue begin(IValue places, IValue spans) {
    return script.call("begin", places, spans, cos, sin);
  }

  /** Its part of the embeddings, to be summed. */
  IValue embedded(IValue ids) {
    try (IValue first = IValue.from(firstId)) {
      return script.call("embedded", ids, weights, first);
    }
  }

  /**
   * Its part, to be summed, of what a block or half of one adds to x.
   *
   * @param method {@code block} or {@code attention}
   * @param turn what {@link #begin} made
   */
  IValue attending(String method, IValue x, int layer, KvCache cache, IValue turn) {
    IValue keys = cache.keys(part.rank());
    IValue values = cache.values(part.rank());
    try (IValue number = IValue.from((long) layer)) {
      return script.call(method, x, weights, number, keys, values, turn);
    }
  }

  /** Its part, to be summed, of what an MLP adds to x. */
  IValue mlp(IValue x, int layer) {
    try (IValue number = IValue.from((long) layer)) {
      return script.call("mlp", x, weights, number);
    }
  }

  /** The final norm. */
  IValue end(IValue x) {
    return script.call("end", x, weights);
  }

  /** Its columns of the logits. */
  IValue logits(IValue hidden, IValue rows) {
    return script.call("logits", hidden, rows, head);
  }

  @Override
  public void close() {
    owned.close();
  }

  private IValue table(float[] values, int dims) {
    PtNDArray table =
        (PtNDArray) manager.create(FloatBuffer.wrap(values), new Shape(values.length / dims, dims));
    return IValue.from(table);
  }
}
