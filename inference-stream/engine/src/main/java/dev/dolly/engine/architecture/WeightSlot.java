package dev.dolly.engine.architecture;

import dev.dolly.engine.model.DType;
import java.util.Arrays;

/**
 * One weight that a script takes, by its name in the checkpoint.
 *
 * @param name as Hugging Face names it
 * @param role how it is kept
 * @param shape what the file must say
 */
public record WeightSlot(String name, Role role, long... shape) {
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
    return new WeightSlot(name, Role.VECTOR, size);
  }

  static WeightSlot embedding(String name, long rows, long size) {
    return new WeightSlot(name, Role.EMBEDDING, rows, size);
  }

  static WeightSlot matrix(String name, long out, long in) {
    return new WeightSlot(name, Role.MATRIX, out, in);
  }

  static WeightSlot zeros(String name, long size) {
    return new WeightSlot(name, Role.ZEROS, size);
  }
}
