package dev.dolly.engine.architecture;

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
    /** {@code [out, in]}, packed once for the matrix kernels. */
    MATRIX,
    /** A bias the configuration leaves out: zeros. */
    ZEROS
  }

  /** The product of the shape. */
  public long elements() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
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
