package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * GPT-NeoX: pythia, dolly-v2, gpt-neox-20b.
 *
 * @param rotaryDims {@code int(head_dim * rotary_pct)}
 * @param parallelResidual attention and feed-forward both read the block's input; else the
 *     feed-forward reads the attention's output
 * @param attentionBias whether {@code query_key_value} and {@code dense} have biases
 */
public record GptNeoXConfig(
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    int rotaryDims,
    double rotaryBase,
    double layerNormEps,
    boolean parallelResidual,
    Activation activation,
    int window,
    boolean attentionBias,
    boolean tiedEmbeddings,
    Optional<DType> declaredDtype,
    OptionalInt bosTokenId,
    List<Integer> eosTokenIds)
    implements ModelConfig {
  static final String MODEL_TYPE = "gpt_neox";

  public GptNeoXConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
    ConfigRules.check(
        vocabSize,
        hiddenSize,
        layers,
        heads,
        intermediateSize,
        rotaryDims,
        rotaryBase,
        layerNormEps,
        window);
  }

  @Override
  public String modelType() {
    return MODEL_TYPE;
  }

  @Override
  public GptNeoXConfig withVocabSize(int rows) {
    return new GptNeoXConfig(
        rows,
        hiddenSize,
        layers,
        heads,
        intermediateSize,
        rotaryDims,
        rotaryBase,
        layerNormEps,
        parallelResidual,
        activation,
        window,
        attentionBias,
        tiedEmbeddings,
        declaredDtype,
        bosTokenId,
        eosTokenIds);
  }

  @Override
  public String architecture() {
    return "GPTNeoXForCausalLM";
  }

  static GptNeoXConfig of(ConfigFile file) {
    int hidden = file.integer(6144, "hidden_size");
    int heads = file.integer(64, "num_attention_heads");
    JsonNode rotary = file.object("rope_parameters", "rope_scaling");
    for (String key : new String[] {"rope_type", "type"}) {
      String type = rotary.path(key).asText("default");
      if (!type.equals("default")) {
        throw file.error("rotary scaling of type " + type + " is not supported; only default is");
      }
    }
    double share =
        file.number(rotary, "partial_rotary_factor")
            .orElseGet(() -> file.number(0.25, "rotary_pct", "partial_rotary_factor"));
    double base =
        file.number(rotary, "rope_theta")
            .orElseGet(() -> file.number(10000, "rotary_emb_base", "rope_theta"));
    try {
      return new GptNeoXConfig(
          file.integer(50432, "vocab_size"),
          hidden,
          file.integer(44, "num_hidden_layers"),
          heads,
          file.integer(24576, "intermediate_size"),
          heads > 0 ? (int) (hidden / heads * share) : 0,
          base,
          file.number(1e-5, "layer_norm_eps", "layer_norm_epsilon"),
          file.flag(true, "use_parallel_residual"),
          file.activation(Activation.GELU, "hidden_act"),
          file.integer(2048, "max_position_embeddings", "n_positions", "seq_length"),
          file.flag(true, "attention_bias"),
          file.flag(false, "tie_word_embeddings"),
          file.dtype(),
          file.bosTokenId(),
          file.eosTokenIds());
    } catch (IllegalArgumentException e) {
      throw file.error(e.getMessage());
    }
  }
}
