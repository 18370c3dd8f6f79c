package dev.dolly.training.zero;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.torch.TorchScript;
import dev.dolly.training.compute.Unit;
import dev.dolly.training.optimizer.OptimizerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What one device keeps of a unit between steps: one N-th of everything. All of the same number of
 * elements; the manager it was made with owns them.
 */
final class Shard {
  private final TorchScript script;
  private final TrainerSettings settings;
  private final Unit unit;
  private final long begin;
  private final long size;
  private final PtNDArray master;
  private final PtNDArray mean;
  private final PtNDArray square;
  private final PtNDArray gradient;
  private final PtNDArray weights;
  private final List<Stretch> stretches = new ArrayList<>();

  Shard(PtNDManager owner, TorchScript script, Unit unit, int rank, TrainerSettings settings) {
    this.script = script;
    this.settings = settings;
    this.unit = unit;
    size = unit.shardElements(settings.devices());
    begin = rank * size;
    master = allocate(owner, DType.FLOAT32);
    mean = allocate(owner, DType.FLOAT32);
    square = allocate(owner, DType.FLOAT32);
    gradient = allocate(owner, settings.gradient());
    weights = settings.compute() == DType.FLOAT32 ? master : allocate(owner, settings.compute());
    long border = Math.max(0, Math.min(size, unit.matrixElements() - begin));
    stretch(owner, true, 0, border);
    stretch(owner, false, border, size);
  }

  private void stretch(PtNDManager owner, boolean matrices, long from, long to) {
    if (from < to) {
      UnaryOperator<PtNDArray> part = x -> Tensors.part(script, owner, x, from, to - from);
      stretches.add(
          new Stretch(
              script,
              matrices,
              part.apply(master),
              part.apply(mean),
              part.apply(square),
              part.apply(gradient)));
    }
  }

  private PtNDArray allocate(PtNDManager owner, DType dtype) {
    return Tensors.zeros(script, owner, size, dtype);
  }

  Unit unit() {
    return unit;
  }

  /** Index in the unit of the first element. */
  long begin() {
    return begin;
  }

  /** With padding. */
  long size() {
    return size;
  }

  /** Of all its tensors. */
  long bytes() {
    long bytes = 3L * DType.FLOAT32.bytes() + settings.gradient().bytes();
    return size * (weights == master ? bytes : bytes + settings.compute().bytes());
  }

  /** Elements that are weights, not padding. */
  long live() {
    return Math.max(0, Math.min(size, unit.elements() - begin));
  }

  /** Master, mean, square: what a save holds, in this order. */
  List<PtNDArray> state() {
    return List.of(master, mean, square);
  }

  PtNDArray master() {
    return master;
  }

  /** In the compute dtype. */
  PtNDArray weights() {
    return weights;
  }

  PtNDArray gradient() {
    return gradient;
  }

  /** To be called after the master was written: the weights computed with follow it. */
  void round() {
    try (IValue to = IValue.from(weights);
        IValue from = IValue.from(master)) {
      script.call("round", to, from).close();
    }
  }

  /** The sum of the gradient's squares. */
  double gradientSquare() {
    try (IValue of = IValue.from(gradient);
        IValue square = script.call("square", of)) {
      return square.toDouble();
    }
  }

  /**
   * AdamW.
   *
   * @param step from 1
   * @param divisor of the gradients
   */
  void update(OptimizerSettings settings, long step, double divisor, double rate) {
    for (Stretch stretch : stretches) {
      stretch.update(settings, step, divisor, rate);
    }
    round();
  }

  /** A part of the shard that is decayed alike: aliases, which the shard's owner owns too. */
  private record Stretch(
      TorchScript script,
      boolean matrices,
      PtNDArray master,
      PtNDArray mean,
      PtNDArray square,
      PtNDArray gradient) {

    void update(OptimizerSettings settings, long step, double divisor, double rate) {
      boolean decayed = matrices || !settings.decayMatricesOnly();
      try (IValue weights = IValue.listFrom(master);
          IValue first = IValue.listFrom(mean);
          IValue second = IValue.listFrom(square);
          IValue found = IValue.from(gradient);
          IValue number = IValue.from((double) step);
          IValue by = IValue.from(divisor);
          IValue lr = IValue.from(rate);
          IValue beta1 = IValue.from(settings.beta1());
          IValue beta2 = IValue.from(settings.beta2());
          IValue epsilon = IValue.from(settings.epsilon());
          IValue decay = IValue.from(decayed ? settings.weightDecay() : 0)) {
        script
            .call(
                "update", weights, first, second, found, number, by, lr, beta1, beta2, epsilon,
                decay)
            .close();
      }
    }
  }
}
