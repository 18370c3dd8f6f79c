package dev.dolly.engine;

import dev.dolly.engine.model.DType;
import java.util.Optional;

/**
 * How a model is computed.
 *
 * @param dtype of weights and activations; empty: the files' own, except that fp16 files compute in
 *     fp32 on a CPU, which has no fp16 kernels
 * @param threads that one operation may use, all devices together; 0: one a core
 * @param devices that it is computed on
 */
public record ComputeSettings(Optional<DType> dtype, int threads, Devices devices) {
  public ComputeSettings {
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be 0 or more: " + threads);
    }
    if (dtype.filter(DType.FLOAT16::equals).isPresent()) {
      throw new IllegalArgumentException("a CPU does not compute in float16; take float32");
    }
  }

  /** On one device. */
  public ComputeSettings(Optional<DType> dtype, int threads) {
    this(dtype, threads, Devices.ONE);
  }

  public static ComputeSettings defaults() {
    return new ComputeSettings(Optional.empty(), 0);
  }

  public static ComputeSettings of(DType dtype) {
    return new ComputeSettings(Optional.of(dtype), 0);
  }

  /** Threads that one operation of one device may use; 0: the library's default. */
  public int threadsEach() {
    if (devices.count() == 1) {
      return threads;
    }
    int all = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    return Math.max(1, all / devices.count());
  }

  public ComputeSettings withDevices(Devices others) {
    return new ComputeSettings(dtype, threads, others);
  }

  /** What weights stored so are computed in. */
  public DType computed(DType stored) {
    return dtype.orElse(stored == DType.FLOAT16 ? DType.FLOAT32 : stored);
  }
}
