package dev.dolly.engine.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.WeightSlot.Role;
import dev.dolly.engine.architecture.Wiring;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.torch.Int8Range;
import dev.dolly.engine.torch.PassingThread;
import dev.dolly.engine.torch.TorchScript;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What this machine allows: measured in about a second, so that a benchmark's figures stand beside
 * their floor from the same run.
 *
 * @param bytesPerSecond reading memory, all cores
 * @param flopsPerSecond multiplying matrices of 256 rows in the compute dtype
 */
public record MachineLimits(double bytesPerSecond, double flopsPerSecond) {
  private static final int READ_BYTES = 512 << 20;
  private static final int ROWS = 256;
  private static final int WIDTH = 4096;
  private static final int TRIES = 5;

  /** Measures with all cores, for about a second. */
  public static MachineLimits measure(DType dtype) {
    return PassingThread.run("dolly-limits", () -> measured(dtype));
  }

  private static MachineLimits measured(DType dtype) {
    try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        TorchScript script =
            TorchScript.load(
                manager,
                List.of("linear.py", "limits.py"),
                Int8Range.measure(manager).constants())) {
      TorchScript.prepareThread(0);
      PtNDArray memory =
          (PtNDArray) manager.zeros(new Shape(READ_BYTES / Float.BYTES), DataType.FLOAT32);
      double read =
          fastest(
              () -> {
                try (IValue m = IValue.from(memory)) {
                  return timed(script, "read", m);
                }
              });
      memory.close();
      PtNDArray x = (PtNDArray) manager.randomNormal(new Shape(ROWS, WIDTH));
      PtNDArray w = (PtNDArray) manager.randomNormal(new Shape(WIDTH, WIDTH));
      double multiply;
      try (IValue rows = IValue.from(x);
          IValue matrix = IValue.from(w);
          IValue type = IValue.from((long) dtype.torchCode());
          IValue operands = script.call("operands", rows, matrix, type)) {
        multiply = fastest(() -> timed(script, "multiply", operands));
      }
      return new MachineLimits(READ_BYTES / read, 2.0 * ROWS * WIDTH * WIDTH / multiply);
    }
  }

  /**
   * The least time of a decode step: reading the weights or multiplying by them, whichever is
   * longer, and reading the keys and values of all live tokens.
   *
   * @param dtype that the model computes in; the embedding's rows are looked up, not read
   * @param liveTokens of all sequences together
   * @return seconds
   */
  public double decodeFloor(ModelConfig config, DType dtype, int batch, long liveTokens) {
    long bytes = 0;
    long multiplied = 0;
    for (WeightSlot slot : Wiring.of(config).weights()) {
      if (slot.role() != Role.EMBEDDING) {
        bytes += slot.bytes(dtype);
      }
      if (slot.role() == Role.MATRIX) {
        multiplied += slot.elements();
      }
    }
    double read = bytes / bytesPerSecond;
    double multiply = 2.0 * batch * multiplied / flopsPerSecond;
    long cache =
        KvCache.bytesPerToken(config.layers(), config.heads(), config.headDim()) * liveTokens;
    return Math.max(read, multiply) + cache / bytesPerSecond;
  }

  private static double fastest(LongSupplier nanos) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      best = Math.min(best, nanos.getAsLong());
    }
    return best / 1e9;
  }

  private static long timed(TorchScript script, String method, IValue argument) {
    long start = System.nanoTime();
    script.call(method, argument).close();
    return System.nanoTime() - start;
  }
}
