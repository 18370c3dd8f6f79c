package dev.dolly.training.compute;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.torch.TorchScript;

/**
 * Which type bf16 weights are multiplied in. Processors with matrix units are several times faster
 * in bf16; many others are slower in it than in fp32, which is at least as exact. So it is
 * measured.
 */
public final class Arithmetic {
  private static final int ROWS = 128;
  private static final int WIDTH = 1024;
  private static final int TRIES = 5;

  /** What fp32 must win by: bf16 takes half the memory. */
  private static final double MARGIN = 1.2;

  private Arithmetic() {}

  /**
   * The faster one, on the calling thread, within a tenth of a second.
   *
   * @param weights their type
   * @param scope is on the device that will compute
   */
  public static DType fastest(PtNDManager scope, TorchScript script, DType weights) {
    if (weights == DType.FLOAT32 || !scope.getDevice().equals(Device.cpu())) {
      return weights;
    }
    PtNDArray x = (PtNDArray) scope.ones(new Shape(ROWS, WIDTH));
    PtNDArray w = (PtNDArray) scope.ones(new Shape(WIDTH, WIDTH));
    long single = Long.MAX_VALUE;
    long half = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) { // in turns: what else runs disturbs both
      single = Math.min(single, nanos(script, x, w, DType.FLOAT32));
      half = Math.min(half, nanos(script, x, w, weights));
    }
    return single * MARGIN < half ? DType.FLOAT32 : weights;
  }

  private static long nanos(TorchScript script, PtNDArray x, PtNDArray w, DType dtype) {
    try (IValue type = IValue.from((long) dtype.torchCode());
        IValue x32 = IValue.from(x);
        IValue w32 = IValue.from(w);
        IValue rows = script.call("cast", x32, type);
        IValue matrix = script.call("cast", w32, type)) {
      long start = System.nanoTime();
      script.call("product", rows, matrix).close();
      return System.nanoTime() - start;
    }
  }
}
