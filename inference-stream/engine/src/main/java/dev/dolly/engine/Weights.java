package dev.dolly.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.WeightSlot.Role;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.MappedTensor;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.StoredTensor;
import dev.dolly.engine.torch.TorchScript;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Reads weights one at a time: mapped, converted, unmapped, packed. So the memory beside the
 * weights themselves never exceeds one tensor's bytes twice: mapped and copied while it is
 * converted, plain while it is packed.
 */
final class Weights {
  /** Rows that matrices are packed for: a full batch; a single row is as fast (measured). */
  private static final long PACKED_FOR_ROWS = 32;

  private final ModelDirectory directory;
  private final TorchScript script;
  private final PtNDManager owner;
  private final DType compute;
  private final boolean pack;
  private long bytes;

  /**
   * @param owner will own the weights
   * @param compute their dtype in memory
   */
  Weights(ModelDirectory directory, TorchScript script, PtNDManager owner, DType compute) {
    this.directory = directory;
    this.script = script;
    this.owner = owner;
    this.compute = compute;
    try (IValue can = script.call("can_pack_bfloat16")) {
      this.pack = compute == DType.FLOAT32 || can.toBoolean();
    }
  }

  /**
   * All of them, in the order of the slots.
   *
   * @throws CancellationException if the thread is interrupted
   */
  PtNDArray[] load(List<WeightSlot> slots) {
    PtNDArray[] weights = new PtNDArray[slots.size()];
    for (int i = 0; i < weights.length; i++) {
      if (Thread.interrupted()) {
        throw new CancellationException("loading " + directory.path() + " was interrupted");
      }
      weights[i] = load(slots.get(i));
    }
    return weights;
  }

  /** Bytes of what was loaded, in the compute dtype. */
  long bytes() {
    return bytes;
  }

  /** Whether matrices lie in the order of oneDNN's kernels. */
  boolean packed() {
    return pack;
  }

  private PtNDArray load(WeightSlot slot) {
    bytes += slot.elements() * compute.bytes();
    if (slot.role() == Role.ZEROS) {
      return zeros(slot.shape());
    }
    StoredTensor stored = directory.tensor(slot.name(), slot.shape());
    if (slot.role() == Role.MATRIX && pack) {
      try (PtNDManager scratch = scratch()) {
        return pack(read(stored, scratch));
      }
    }
    return read(stored, owner);
  }

  /** The mapping is gone when this returns. */
  private PtNDArray read(StoredTensor stored, PtNDManager result) {
    try (MappedTensor mapping = stored.open();
        PtNDManager scratch = scratch()) {
      PtNDArray raw =
          scratch.create(mapping.buffer(), new Shape(stored.byteLength()), DataType.UINT8);
      try (IValue bytes = IValue.from(raw);
          IValue from = IValue.from((long) stored.dtype().torchCode());
          IValue shape = IValue.listFrom(stored.shape());
          IValue to = IValue.from((long) compute.torchCode())) {
        return script.tensor(result, "stored", bytes, from, shape, to);
      }
    }
  }

  private PtNDManager scratch() {
    return owner.newSubManager(owner.getDevice());
  }

  private PtNDArray pack(PtNDArray matrix) {
    try (IValue plain = IValue.from(matrix);
        IValue rows = IValue.from(PACKED_FOR_ROWS)) {
      return script.tensor(owner, "packed", plain, rows);
    }
  }

  private PtNDArray zeros(long[] shape) {
    try (IValue size = IValue.listFrom(shape);
        IValue dtype = IValue.from((long) compute.torchCode())) {
      return script.tensor(owner, "zeros", size, dtype);
    }
  }
}
