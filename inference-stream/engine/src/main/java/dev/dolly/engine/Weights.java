package dev.dolly.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.architecture.Part;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.WeightSlot.Role;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.Int8Files;
import dev.dolly.engine.model.MappedTensor;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.StoredTensor;
import dev.dolly.engine.torch.NativeHeap;
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

  /** Elements of a matrix that are rounded to int8 at once: 4 MiB in fp32. */
  private static final long QUANTISED_AT_ONCE = 1 << 20;

  /** So much is loaded between two looks at what the heap holds for nothing. */
  private static final long TRIMMED_AT_ONCE = 1L << 28;

  private final ModelDirectory directory;
  private final TorchScript script;
  private final PtNDManager owner;
  private final DType compute;
  private final Part part;
  private final boolean pack;
  private long bytes;
  private long trimmed; // as many bytes were loaded when the heap was trimmed last

  /**
   * @param owner will own the weights
   * @param compute what the model computes in
   * @param part of the model that is wanted
   */
  Weights(
      ModelDirectory directory, TorchScript script, PtNDManager owner, DType compute, Part part) {
    this.directory = directory;
    this.script = script;
    this.owner = owner;
    this.compute = compute;
    this.part = part;
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
      bytes += slot.on(part).bytes(compute);
      if (bytes - trimmed > TRIMMED_AT_ONCE) {
        NativeHeap.trim();
        trimmed = bytes;
      }
    }
    NativeHeap.trim();
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
    if (slot.on(part).role() == Role.ZEROS) {
      weights.add(zeros(kept, slot.on(part).shape()));
      return;
    }
    Source stored = source(slot);
    if (slot.role() != Role.MATRIX) {
      weights.add(read(stored, kept, owner));
    } else if (kept == DType.INT8) {
      loadInt8(stored, weights);
    } else {
      weights.add(pack ? packed(stored, kept) : read(stored, kept, owner));
      weights.add(zeros(DType.FLOAT32, 0));
    }
  }

  /**
   * Where a weight, or this part of it, is read from.
   *
   * @param rows all of a tensor or some of its rows
   * @param column the first that is wanted
   * @param columns how many
   * @param firstRow of the rows
   */
  private record Source(StoredTensor rows, long column, long columns, long firstRow) {
    DType dtype() {
      return rows.dtype();
    }

    long[] shape() {
      long[] shape = rows.shape();
      shape[shape.length - 1] = columns;
      return shape;
    }

    List<Source> pieces(long elements) {
      List<Source> pieces = new ArrayList<>();
      long first = firstRow;
      for (StoredTensor piece : rows.pieces(elements)) {
        pieces.add(new Source(piece, column, columns, first));
        first += piece.shape()[0];
      }
      return pieces;
    }
  }

  private Source source(WeightSlot slot) {
    StoredTensor all = directory.tensor(slot.name(), slot.shape());
    long[] own = slot.on(part).shape();
    long columns = own[own.length - 1];
    return switch (slot.split()) {
      case ROWS -> {
        long first = slot.first(part);
        StoredTensor rows = all.rows(first, first + own[0]);
        yield new Source(rows, 0, columns, first);
      }
      case COLUMNS -> new Source(all, slot.first(part), columns, 0);
      case NONE, FIRST -> new Source(all, 0, columns, 0);
    };
  }

  private PtNDArray packed(Source stored, DType kept) {
    try (PtNDManager scratch = scratch();
        IValue plain = IValue.from(read(stored, kept, scratch));
        IValue rows = IValue.from(PACKED_FOR_ROWS)) {
      return script.tensor(owner, "packed", plain, rows);
    }
  }

  private void loadInt8(Source stored, List<PtNDArray> weights) {
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
  private Int8Matrix quantised(Source stored, PtNDManager scratch) {
    List<PtNDArray> numbers = new ArrayList<>();
    List<PtNDArray> scales = new ArrayList<>();
    for (Source some : stored.pieces(QUANTISED_AT_ONCE)) {
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
  private PtNDArray read(Source stored, DType kept, PtNDManager result) {
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
  private PtNDArray scales(Source matrix, PtNDManager result) {
    StoredTensor all = directory.tensor(Int8Files.scales(matrix.rows().name()));
    StoredTensor own = all.rows(matrix.firstRow(), matrix.firstRow() + matrix.shape()[0]);
    try (PtNDManager scratch = scratch();
        IValue column = IValue.from(view(new Source(own, 0, 1, 0), DType.FLOAT32, scratch))) {
      return script.tensor(result, "flat", column);
    }
  }

  /** The mapping is gone when this returns; of it, only pages with wanted columns are touched. */
  private PtNDArray view(Source stored, DType kept, PtNDManager result) {
    StoredTensor rows = stored.rows();
    try (MappedTensor mapping = rows.open();
        PtNDManager scratch = scratch()) {
      PtNDArray raw =
          scratch.create(mapping.buffer(), new Shape(rows.byteLength()), DataType.UINT8);
      try (IValue bytes = IValue.from(raw);
          IValue from = IValue.from((long) rows.dtype().torchCode());
          IValue shape = IValue.listFrom(rows.shape());
          IValue column = IValue.from(stored.column());
          IValue columns = IValue.from(stored.columns());
          IValue to = IValue.from((long) kept.torchCode())) {
        return script.tensor(result, "stored", bytes, from, shape, column, columns, to);
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
