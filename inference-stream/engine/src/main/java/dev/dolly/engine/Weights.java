package dev.dolly.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.WeightSlot.Role;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.Int8Files;
import dev.dolly.engine.model.MappedTensor;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.StoredTensor;
import dev.dolly.engine.torch.TorchScript;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Reads weights one at a time: mapped, converted, unmapped, packed. So the memory beside the
 * weights themselves never exceeds one tensor's bytes twice (in int8: three times): mapped and
 * copied while it is converted, plain while it is packed.
 */
final class Weights {
  /** Rows that matrices are packed for: a full batch; a single row is as fast (measured). */
  private static final long PACKED_FOR_ROWS = 32;

  /** Elements of a matrix that are rounded to int8 at once: 64 MiB in fp32. */
  private static final long QUANTISED_AT_ONCE = 1 << 24;

  private final ModelDirectory directory;
  private final TorchScript script;
  private final PtNDManager owner;
  private final DType compute;
  private final boolean pack;
  private long bytes;

  /**
   * @param owner will own the weights
   * @param compute what the model computes in
   */
  Weights(ModelDirectory directory, TorchScript script, PtNDManager owner, DType compute) {
    this.directory = directory;
    this.script = script;
    this.owner = owner;
    this.compute = compute;
    try (IValue can = script.call("can_pack_bfloat16")) {
      this.pack = compute != DType.BFLOAT16 || can.toBoolean();
    }
  }

  /**
   * All of them, in the order of the slots; after each matrix the scales of its rows, an empty
   * tensor where it has none.
   *
   * @throws CancellationException if the thread is interrupted
   */
  PtNDArray[] load(List<WeightSlot> slots) {
    List<PtNDArray> weights = new ArrayList<>();
    for (WeightSlot slot : slots) {
      if (Thread.interrupted()) {
        throw new CancellationException("loading " + directory.path() + " was interrupted");
      }
      load(slot, weights);
      bytes += slot.bytes(compute);
    }
    return weights.toArray(PtNDArray[]::new);
  }

  /** Bytes of what was loaded. */
  long bytes() {
    return bytes;
  }

  /** Whether matrices lie in the order of oneDNN's kernels. */
  boolean packed() {
    return pack;
  }

  private void load(WeightSlot slot, List<PtNDArray> weights) {
    DType kept = slot.dtype(compute);
    if (slot.role() == Role.ZEROS) {
      weights.add(zeros(kept, slot.shape()));
      return;
    }
    StoredTensor stored = directory.tensor(slot.name(), slot.shape());
    if (slot.role() != Role.MATRIX) {
      weights.add(read(stored, kept, owner));
    } else if (kept == DType.INT8) {
      loadInt8(stored, weights);
    } else {
      weights.add(pack ? packed(stored, kept) : read(stored, kept, owner));
      weights.add(zeros(DType.FLOAT32, 0));
    }
  }

  private PtNDArray packed(StoredTensor stored, DType kept) {
    try (PtNDManager scratch = scratch();
        IValue plain = IValue.from(read(stored, kept, scratch));
        IValue rows = IValue.from(PACKED_FOR_ROWS)) {
      return script.tensor(owner, "packed", plain, rows);
    }
  }

  private void loadInt8(StoredTensor stored, List<PtNDArray> weights) {
    try (PtNDManager scratch = scratch()) {
      Int8Matrix matrix =
          stored.dtype() == DType.INT8
              ? new Int8Matrix(view(stored, DType.INT8, scratch), scales(stored, owner))
              : quantised(stored, scratch);
      try (IValue numbers = IValue.from(matrix.numbers())) {
        weights.add(script.tensor(owner, "packed_int8", numbers));
      }
      weights.add(matrix.scales());
    }
  }

  /** numbers {@code [out, in]}, scales {@code [out]} */
  private record Int8Matrix(PtNDArray numbers, PtNDArray scales) {}

  /** Rows by rows, since the whole matrix in fp32 takes four times what is left of it. */
  private Int8Matrix quantised(StoredTensor stored, PtNDManager scratch) {
    List<PtNDArray> numbers = new ArrayList<>();
    List<PtNDArray> scales = new ArrayList<>();
    for (StoredTensor some : stored.pieces(QUANTISED_AT_ONCE)) {
      try (PtNDManager piece = scratch();
          IValue plain = IValue.from(read(some, DType.FLOAT32, piece));
          IValue result = script.call("quantised", plain)) {
        PtNDArray[] parts = result.toTensorArray(scratch);
        numbers.add(parts[0]);
        scales.add(parts[1]);
      }
    }
    return new Int8Matrix(joined(numbers, scratch), joined(scales, owner));
  }

  private PtNDArray joined(List<PtNDArray> pieces, PtNDManager result) {
    try (IValue all = IValue.listFrom(pieces.toArray(PtNDArray[]::new))) {
      return script.tensor(result, "joined", all);
    }
  }

  /** A tensor of the files in another type. */
  private PtNDArray read(StoredTensor stored, DType kept, PtNDManager result) {
    if (stored.dtype() != DType.INT8) {
      return view(stored, kept, result);
    }
    try (PtNDManager scratch = scratch();
        IValue numbers = IValue.from(view(stored, DType.INT8, scratch));
        IValue scales = IValue.from(scales(stored, scratch));
        IValue to = IValue.from((long) kept.torchCode())) {
      return script.tensor(result, "restored", numbers, scales, to);
    }
  }

  /** Of an int8 matrix of the files: {@code [out]} fp32. */
  private PtNDArray scales(StoredTensor matrix, PtNDManager result) {
    long[] shape = {matrix.shape()[0], 1};
    StoredTensor stored = directory.tensor(Int8Files.scales(matrix.name()), shape);
    try (PtNDManager scratch = scratch();
        IValue column = IValue.from(view(stored, DType.FLOAT32, scratch))) {
      return script.tensor(result, "flat", column);
    }
  }

  /** The mapping is gone when this returns. */
  private PtNDArray view(StoredTensor stored, DType kept, PtNDManager result) {
    try (MappedTensor mapping = stored.open();
        PtNDManager scratch = scratch()) {
      PtNDArray raw =
          scratch.create(mapping.buffer(), new Shape(stored.byteLength()), DataType.UINT8);
      try (IValue bytes = IValue.from(raw);
          IValue from = IValue.from((long) stored.dtype().torchCode());
          IValue shape = IValue.listFrom(stored.shape());
          IValue to = IValue.from((long) kept.torchCode())) {
        return script.tensor(result, "stored", bytes, from, shape, to);
      }
    }
  }

  private PtNDManager scratch() {
    return owner.newSubManager(owner.getDevice());
  }

  private PtNDArray zeros(DType dtype, long... shape) {
    try (IValue size = IValue.listFrom(shape);
        IValue type = IValue.from((long) dtype.torchCode())) {
      return script.tensor(owner, "zeros", size, type);
    }
  }
}
