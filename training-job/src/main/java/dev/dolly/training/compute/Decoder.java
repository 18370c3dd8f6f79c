package dev.dolly.training.compute;

import dev.dolly.engine.architecture.Rotary;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.Wiring;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.GptJConfig;
import dev.dolly.engine.model.GptNeoXConfig;
import dev.dolly.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model as it is trained.
 *
 * @param config its shape
 * @param units the embedding, each block, the final norm with the head: in the order of the forward
 *     pass
 * @param scripts the engine's sources that ours build on
 * @param block the source of the architecture's block
 * @param constants of all sources
 */
public record Decoder(
    ModelConfig config,
    List<Unit> units,
    List<String> scripts,
    String block,
    Map<String, String> constants,
    Rotary rotary) {

  /**
   * How a configuration is trained.
   *
   * @throws IllegalArgumentException for tied embeddings, which no model of these families has, and
   *     for int8 weights
   */
  public static Decoder of(ModelConfig config) {
    if (config.tiedEmbeddings()) {
      throw new IllegalArgumentException(
          "tied embeddings are not trained; untie them: a copy of the embedding as the head");
    }
    if (config.declaredDtype().filter(DType.INT8::equals).isPresent()) {
      throw new IllegalArgumentException(
          "int8 weights are not trained; train the model that they were made from");
    }
    Wiring wiring = Wiring.of(config);
    List<WeightSlot> slots = wiring.weights();
    int norm = wiring.body().size() - 2;
    int each = (norm - 1) / config.layers();
    List<Unit> units = new ArrayList<>();
    units.add(new Unit("embedding", slots.subList(0, 1)));
    for (int i = 0; i < config.layers(); i++) {
      units.add(new Unit("block-" + i, slots.subList(1 + i * each, 1 + (i + 1) * each)));
    }
    units.add(new Unit("head", slots.subList(norm, slots.size())));

    Map<String, String> constants = new HashMap<>(wiring.constants());
    constants.put("embedding_shapes", units.get(0).shapes());
    constants.put("block_shapes", units.get(1).shapes());
    constants.put("head_shapes", units.get(units.size() - 1).shapes());
    constants.put("parallel", truth(wiring.parallelResidual()));
    constants.put("head_bias", truth(wiring.head().size() > 1));
    constants.put(
        "attention_bias", truth(config instanceof GptNeoXConfig neox && neox.attentionBias()));
    return new Decoder(
        config,
        List.copyOf(units),
        List.of("block.py"),
        config instanceof GptJConfig ? "gpt_j_block.py" : "gpt_neox_block.py",
        Map.copyOf(constants),
        wiring.rotary());
  }

  /** All weights. */
  public long parameters() {
    return units.stream().mapToLong(Unit::elements).sum();
  }

  /** The embedding's matrix. */
  public WeightSlot embedding() {
    return units.get(0).slots().get(0);
  }

  /** The output head's matrix. */
  public WeightSlot head() {
    return units.get(units.size() - 1).slots().get(0);
  }

  /** Whether the weight has a row or an element for each token of the vocabulary. */
  public boolean isPerToken(WeightSlot slot) {
    Unit last = units.get(units.size() - 1);
    boolean headBias = last.slots().indexOf(slot) > 2; // behind its matrix and the norm's two
    return slot.equals(embedding()) || slot.equals(head()) || headBias;
  }

  private static String truth(boolean value) {
    return value ? "True" : "False";
  }
}
