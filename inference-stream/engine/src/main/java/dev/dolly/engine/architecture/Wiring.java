package dev.dolly.engine.architecture;

import dev.dolly.engine.model.Activation;
import dev.dolly.engine.model.GptJConfig;
import dev.dolly.engine.model.GptNeoXConfig;
import dev.dolly.engine.model.ModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An architecture, as the engine runs it.
 *
 * @param scripts the sources, in this order; one of them defines {@code hidden}
 * @param constants what the sources' {@code ${…}} stand for
 * @param weights the weights in the order {@code hidden} takes them; the output head's come last
 * @param head index of the first of the head's: its matrix, then its bias if it has one
 * @param rotary the rotation of queries and keys
 */
public record Wiring(
    List<String> scripts,
    Map<String, String> constants,
    List<WeightSlot> weights,
    int head,
    Rotary rotary) {

  /** The wiring of a configuration. */
  public static Wiring of(ModelConfig config) {
    if (config instanceof GptNeoXConfig neox) {
      return GptNeoX.wire(neox);
    }
    return GptJ.wire((GptJConfig) config);
  }

  /** The tensors a checkpoint of this architecture holds, each once, in the order of their use. */
  public List<WeightSlot> tensors() {
    Map<String, WeightSlot> byName = new LinkedHashMap<>(); // tied embeddings stand there twice
    for (WeightSlot slot : weights) {
      if (slot.role() != WeightSlot.Role.ZEROS) {
        byName.putIfAbsent(slot.name(), slot);
      }
    }
    return List.copyOf(byName.values());
  }

  static Map<String, String> constants(
      int heads, double layerNormEps, Activation activation, boolean parallelResidual) {
    return Map.of(
        "heads", Integer.toString(heads),
        "eps", Double.toString(layerNormEps),
        "activation", activation == Activation.RELU ? "relu" : "gelu",
        "activation_form", activation == Activation.GELU_TANH ? "tanh" : "none",
        "parallel", parallelResidual ? "True" : "False");
  }
}
