package dev.dolly.training.compute;

import dev.dolly.engine.architecture.WeightSlot;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Weights that are computed with together, end to end in one flat tensor: matrices first, so that
 * the weights to decay are one stretch.
 *
 * @param name for messages and files: {@code embedding}, {@code block-0} …, {@code head}
 * @param slots in the order they lie in
 */
public record Unit(String name, List<WeightSlot> slots) {
  public Unit {
    slots =
        slots.stream()
            .filter(slot -> slot.role() != WeightSlot.Role.ZEROS)
            .sorted(Comparator.comparing(slot -> !isMatrix(slot))) // stable
            .toList();
  }

  /** All its weights. */
  public long elements() {
    return slots.stream().mapToLong(WeightSlot::elements).sum();
  }

  /** The leading ones that belong to matrices. */
  public long matrixElements() {
    return slots.stream().filter(Unit::isMatrix).mapToLong(WeightSlot::elements).sum();
  }

  /** What one of so many devices holds of it: the last ones' shards end in padding. */
  public long shardElements(int devices) {
    return (elements() + devices - 1) / devices;
  }

  /** As a script's constant: {@code [[out, in], [size]]}. */
  String shapes() {
    return slots.stream().map(WeightSlot::shape).map(Arrays::toString).toList().toString();
  }

  private static boolean isMatrix(WeightSlot slot) {
    return slot.shape().length > 1;
  }
}
