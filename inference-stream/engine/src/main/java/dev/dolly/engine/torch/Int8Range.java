package dev.dolly.engine.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import java.util.Map;

/**
 * How many steps an activation may be rounded to on this processor where weights are int8.
 *
 * @param levels on either side of zero: 127, or 63 where the processor has no instruction that sums
 *     8-bit products in 32 bits (VNNI): others add two of them in 16 bits, which overflow above 63
 */
public record Int8Range(int levels) {
  private static final int ALL = 127;
  private static final int HALF = 63;

  /** Tries the largest products there are. */
  public static Int8Range measure(PtNDManager manager) {
    Int8Range all = new Int8Range(ALL);
    try (TorchScript script = TorchScript.load(manager, List.of("linear.py"), all.constants());
        IValue exact = script.call("sums_all_bits")) {
      return exact.toBoolean() ? all : new Int8Range(HALF);
    }
  }

  /** What {@code linear.py} wants to know. */
  public Map<String, String> constants() {
    return Map.of("levels", Integer.toString(levels), "zero", Integer.toString(levels + 1));
  }
}
