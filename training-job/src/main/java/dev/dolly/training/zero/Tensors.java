package dev.dolly.training.zero;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.torch.TorchScript;
import java.nio.ByteBuffer;

/** Tensors of any type to and from bytes: DJL knows no bf16. */
final class Tensors {
  private Tensors() {}

  /** A flat tensor of zeros that may take part in autograd. */
  static PtNDArray zeros(TorchScript script, PtNDManager owner, long size, DType dtype) {
    try (PtNDManager scope = owner.newSubManager(owner.getDevice())) {
      PtNDArray like = (PtNDArray) scope.create(0);
      PtNDArray elements = (PtNDArray) scope.create(size);
      PtNDArray type = (PtNDArray) scope.create((long) dtype.torchCode());
      return (PtNDArray)
          script.differentiable(owner, "allocate", like, elements, type).singletonOrThrow();
    }
  }

  /** An alias of some elements of a flat tensor. */
  static PtNDArray part(
      TorchScript script, PtNDManager owner, PtNDArray source, long at, long size) {
    try (IValue from = IValue.from(source);
        IValue first = IValue.from(at);
        IValue elements = IValue.from(size)) {
      return script.tensor(owner, "part", from, first, elements);
    }
  }

  /**
   * Writes stored elements into a part of a flat tensor.
   *
   * @param bytes little-endian
   */
  static void write(TorchScript script, PtNDArray target, long at, DType dtype, ByteBuffer bytes) {
    PtNDManager owner = target.getManager();
    try (PtNDManager scope = owner.newSubManager(owner.getDevice())) {
      PtNDArray raw = scope.create(bytes, new Shape(bytes.remaining()), DataType.UINT8);
      try (IValue to = IValue.from(target);
          IValue first = IValue.from(at);
          IValue from = IValue.from(raw);
          IValue type = IValue.from((long) dtype.torchCode())) {
        script.call("restore", to, first, from, type).close();
      }
    }
  }

  /** A part of a flat tensor as stored elements, little-endian. */
  static ByteBuffer read(TorchScript script, PtNDArray source, long at, long size, DType dtype) {
    PtNDManager owner = source.getManager();
    try (PtNDManager scope = owner.newSubManager(owner.getDevice());
        IValue from = IValue.from(source);
        IValue first = IValue.from(at);
        IValue elements = IValue.from(size);
        IValue type = IValue.from((long) dtype.torchCode())) {
      return script.tensor(scope, "stored_bytes", from, first, elements, type).toByteBuffer(false);
    }
  }
}
