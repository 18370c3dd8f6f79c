package dev.dolly.training.zero;

import dev.dolly.engine.example.Example;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.training.compute.Decoder;
import dev.dolly.training.compute.Unit;
import java.util.List;

/** Floating point operations of matrix products and attention. */
final class Flops {
  private Flops() {}

  /**
   * Of a step: blocks forward, again, and backward, which takes twice as many; the head forward and
   * backward on labels only.
   */
  static long training(Decoder decoder, List<Example> batch) {
    ModelConfig config = decoder.config();
    List<Unit> units = decoder.units();
    long blocks = 0;
    for (Unit unit : units.subList(1, units.size() - 1)) {
      blocks += unit.matrixElements();
    }
    long head = units.get(units.size() - 1).matrixElements();
    long sum = 0;
    for (Example example : batch) {
      long tokens = example.tokens();
      // each token meets half of the others, in two products
      long attention = 2 * tokens * tokens * config.hiddenSize() * config.layers();
      sum += 4 * (2 * blocks * tokens + attention) + 3 * 2 * head * example.labels();
    }
    return sum;
  }
}
