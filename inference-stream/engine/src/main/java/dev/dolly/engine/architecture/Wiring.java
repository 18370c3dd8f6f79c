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
 * @param constants what the sources' {@code ${…}} stand for, but for what the processor and a
 *     device's part decide
 * @param parallelResidual whether attention and MLP of a block both read what comes in
 * @param body the weights in the order {@code hidden} takes them
 * @param head the output head's: its matrix, then its bias if it has one
 * @param rotary the rotation of queries and keys
 */
public record Wiring(
    List<String> scripts,
    Map<String, String> constants,
    boolean parallelResidual,
    List<WeightSlot> body,
    List<WeightSlot> head,
    Rotary rotary) {

  /** The type of what {@code begin} makes for all blocks of a pass. */
  private static final String TURN =
      "Tuple[Tensor, Tensor, Tensor, List[int], List[Tensor], List[Tensor], List[int]]";

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

  /**
   * What the sources' {@code ${…}} stand for on one device.
   *
   * @param heads that it computes
   */
  public Map<String, String> constants(Int8Range range, long heads) {
    Map<String, String> all = new HashMap<>(constants);
    all.putAll(range.constants());
    all.put("heads", Long.toString(heads));
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

  static List<String> scripts(String architecture, boolean parallelResidual) {
    return List.of(
        "files.py",
        "linear.py",
        "block.py",
        "decoder.py",
        architecture,
        parallelResidual ? "parallel_residual.py" : "sequential_residual.py",
        "whole.py");
  }

  static Map<String, String> constants(ModelConfig config) {
    return Map.of(
        "heads",
        Integer.toString(config.heads()),
        "head_dim",
        Integer.toString(config.headDim()),
        "eps",
        Double.toString(config.layerNormEps()),
        "activation",
        config.activation() == Activation.RELU ? "relu" : "gelu",
        "activation_form",
        config.activation() == Activation.GELU_TANH ? "tanh" : "none",
        "turn",
        TURN);
  }
}
