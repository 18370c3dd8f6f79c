package dev.dolly.engine.architecture;

import dev.dolly.engine.model.DType;
import java.util.Arrays;

/**
 * One weight that a script takes, by its name in the checkpoint.
 *
 * @param name as Hugging Face names it
 * @param role how it is kept
 * @param split how several devices share it
 * @param unit rows or columns that stay together when it is split
 * @param shape what the file must say
 */
public record WeightSlot(String name, Role role, Split split, long unit, long... shape) {
  /** How a weight is shared by devices. (Shoeybi et al. 2019, Megatron-LM, section 3.) */
  public enum Split {
    /** Each has all of it. */
    NONE,
    /** By what it puts out: its first dimension. */
    ROWS,
    /** By what it takes in: its second dimension; the devices' results are added. */
    COLUMNS,
    /** The first one has it, the others zeros: a bias of results that are added. */
    FIRST
  }

  /** How a weight is kept in memory. */
  public enum Role {
    /** As it is: norms and biases. */
    VECTOR,
    /** As it is: looked up by row. */
    EMBEDDING,
    /** {@code [out, in]}, packed once for the matrix kernels; its rows' scales come beside it. */
    MATRIX,
    /** A bias the configuration leaves out: zeros. */
    ZEROS
  }

  /** What one of several devices has of it, with the shape that it has there. */
  public WeightSlot on(Part part) {
    if (part.of() == 1 || split == Split.NONE) {
      return this;
    }
    if (split == Split.FIRST) {
      return part.rank() == 0 ? this : new WeightSlot(name, Role.ZEROS, split, unit, shape);
    }
    long[] own = shape.clone();
    own[dimension()] = unit * part.share(shape[dimension()] / unit);
    return new WeightSlot(name, role, split, unit, own);
  }

  /** The first row or column of a device's, in the dimension that is split. */
  public long first(Part part) {
    return unit * part.from(shape[dimension()] / unit);
  }

  private int dimension() {
    return split == Split.COLUMNS ? 1 : 0;
  }

  /** Split by what it puts out. */
  WeightSlot byRows(long together) {
    return new WeightSlot(name, role, Split.ROWS, together, shape);
  }

  /** Split by what it takes in. */
  WeightSlot byColumns(long together) {
    return new WeightSlot(name, role, Split.COLUMNS, together, shape);
  }

  /** On the first device only. */
  WeightSlot onFirst() {
    return new WeightSlot(name, role, Split.FIRST, 1, shape);
  }

  /** The product of the shape. */
  public long elements() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /**
   * The type that it is kept in. Beside int8 matrices the rest is small, and a row of the embedding
   * is looked up, not multiplied: neither is worth a loss.
   *
   * @param compute what the model computes in
   */
  public DType dtype(DType compute) {
    if (compute != DType.INT8 || role == Role.MATRIX) {
      return compute;
    }
    return role == Role.EMBEDDING ? DType.BFLOAT16 : DType.FLOAT32;
  }

  /** Bytes in memory, with the scales. */
  public long bytes(DType compute) {
    long bytes = Math.multiplyExact(elements(), (long) dtype(compute).bytes());
    return dtype(compute) == DType.INT8 ? bytes + shape[0] * Float.BYTES : bytes;
  }

  static WeightSlot vector(String name, long size) {
    return new WeightSlot(name, Role.VECTOR, Split.NONE, 1, size);
  }

  static WeightSlot embedding(String name, long rows, long size) {
    return new WeightSlot(name, Role.EMBEDDING, Split.NONE, 1, rows, size);
  }

  static WeightSlot matrix(String name, long out, long in) {
    return new WeightSlot(name, Role.MATRIX, Split.NONE, 1, out, in);
  }

  static WeightSlot zeros(String name, long size) {
    return new WeightSlot(name, Role.ZEROS, Split.NONE, 1, size);
  }
}
