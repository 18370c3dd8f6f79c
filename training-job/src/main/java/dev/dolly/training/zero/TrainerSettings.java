package dev.dolly.training.zero;

import ai.djl.Device;
import dev.dolly.engine.model.DType;
import dev.dolly.training.optimizer.OptimizerSettings;
import dev.dolly.training.optimizer.Schedule;

/**
 * How a model is trained.
 *
 * @param compute of the weights: fp32, or bf16 beside fp32 masters
 * @param devices that share the state, each with its own thread
 * @param gpus whether they are GPUs 0 to {@code devices - 1}; else logical devices on the CPU
 * @param threads of all devices together, at least one each; 0: one a processor
 * @param accumulation micro-batches of a step on each device; from 2 on gradients add up in fp32
 * @param seed of new rows and of start values
 */
public record TrainerSettings(
    DType compute,
    int devices,
    boolean gpus,
    int threads,
    int accumulation,
    OptimizerSettings optimizer,
    Schedule schedule,
    long seed) {
  public TrainerSettings {
    if (compute == DType.FLOAT16) {
      throw new IllegalArgumentException("training computes in float32 or bfloat16, not float16");
    }
    if (devices < 1 || threads < 0 || accumulation < 1) {
      throw new IllegalArgumentException(
          "devices %d and micro-batches %d must be at least 1, threads %d at least 0"
              .formatted(devices, accumulation, threads));
    }
  }

  /** The device of a rank. */
  Device device(int rank) {
    return gpus ? Device.gpu(rank) : Device.cpu();
  }

  /** Threads of one device. */
  int threadsPerDevice() {
    int all = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    return Math.max(1, all / devices);
  }

  /** Gradients are kept in the compute dtype where one micro-batch makes them. */
  DType gradient() {
    return accumulation > 1 ? DType.FLOAT32 : compute;
  }

  /** Master, two moments, gradient, and the weights computed with where they are not the master. */
  int bytesPerParameter() {
    return 3 * DType.FLOAT32.bytes()
        + gradient().bytes()
        + (compute == DType.FLOAT32 ? 0 : compute.bytes());
  }
}
