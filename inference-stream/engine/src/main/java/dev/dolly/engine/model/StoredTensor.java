package dev.dolly.engine.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a tensor's elements lie in a file: contiguous, row by row (the last dimension runs
 * fastest), little-endian. Nothing is read before {@link #open()}.
 *
 * @param name for messages; a slice keeps its tensor's
 * @param shape empty for a scalar
 * @param offset of the first element, in bytes from the start of the file
 * @param byteLength elements times the type's bytes
 */
public record StoredTensor(
    String name, DType dtype, long[] shape, Path file, long offset, long byteLength) {
  public StoredTensor {
    shape = shape.clone();
    if (offset < 0 || byteLength != elements(shape) * dtype.bytes()) {
      throw new IllegalArgumentException(
          name + " of shape " + Arrays.toString(shape) + " does not take " + byteLength + " bytes");
    }
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** The number of elements: the product of the shape, 1 for a scalar. */
  public long elements() {
    return byteLength / dtype.bytes();
  }

  /**
   * Rows {@code from} (inclusive) to {@code to} (exclusive) of the first dimension: a way to take
   * what is too large to be mapped at once in pieces.
   */
  public StoredTensor rows(long from, long to) {
    if (shape.length == 0 || from < 0 || to < from || to > shape[0]) {
      throw new IndexOutOfBoundsException(
          "rows " + from + " to " + to + " of " + name + " " + Arrays.toString(shape));
    }
    long[] part = shape.clone();
    part[0] = to - from;
    long row = shape[0] == 0 ? 0 : byteLength / shape[0];
    return new StoredTensor(name, dtype, part, file, offset + from * row, (to - from) * row);
  }

  /** All rows, in pieces of at most so many elements, or of one row where that is more. */
  public List<StoredTensor> pieces(long elements) {
    long step = Math.max(1, elements * shape[0] / Math.max(1, elements()));
    List<StoredTensor> pieces = new ArrayList<>();
    for (long at = 0; at < shape[0]; at += step) {
      pieces.add(rows(at, Math.min(shape[0], at + step)));
    }
    return pieces;
  }

  /**
   * Maps the elements. The caller closes the mapping, after the last use of its buffer and of
   * everything that aliases it.
   *
   * @throws ModelFormatException when the file cannot be read (any more), or when the tensor has
   *     2³¹ bytes or more: take {@link #rows} of it
   */
  public MappedTensor open() {
    return MappedTensor.map(this);
  }

  /** The product of the dimensions, exactly; throws where it does not fit. */
  static long elements(long[] shape) {
    long count = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new ArithmeticException("negative dimension in " + Arrays.toString(shape));
      }
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }
}
