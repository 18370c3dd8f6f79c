package dev.dolly.engine.architecture;

import dev.dolly.engine.model.Activation;
import dev.dolly.engine.model.GptJConfig;
import dev.dolly.engine.model.GptNeoXConfig;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.torch.Int8Range;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An architecture, as the engine runs it.
 *
 * @param scripts the sources, in this order; one of them defines {@code hidden}
 * @param constants what the sources' {@code ${…}} stand for, but for what the processor decides
 * @param body the weights in the order {@code hidden} takes them
 * @param head the output head's: its matrix, then its bias if it has one
 * @param rotary the rotation of queries and keys
 */
public record Wiring(
    List<String> scripts,
    Map<String, String> constants,
    List<WeightSlot> body,
    List<WeightSlot> head,
    Rotary rotary) {

  /** The wiring of a configuration. */
  public static Wiring of(ModelConfig config) {
    if (config instanceof GptNeoXConfig neox) {
      return GptNeoX.wire(neox);
    }
    return GptJ.wire((GptJConfig) config);
  }

  /** All of them. */
  public List<WeightSlot> weights() {
    return Stream.concat(body.stream(), head.stream()).toList();
  }

  /** What the sources' {@code ${…}} stand for on a processor. */
  public Map<String, String> constants(Int8Range range) {
    Map<String, String> all = new HashMap<>(constants);
    all.putAll(range.constants());
    return all;
  }

  /** The tensors a checkpoint of this architecture holds, each once, in the order of their use. */
  public List<WeightSlot> tensors() {
    Map<String, WeightSlot> byName = new LinkedHashMap<>(); // tied embeddings stand there twice
    for (WeightSlot slot : weights()) {
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
