package dev.dolly.engine.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** GPT-J: gpt-j-6B, dolly-v1-6b. Its residual is always parallel, its attention has no biases. */
public record GptJConfig(
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    int rotaryDims,
    double layerNormEps,
    Activation activation,
    int window,
    boolean tiedEmbeddings,
    Optional<DType> declaredDtype,
    OptionalInt bosTokenId,
    List<Integer> eosTokenIds)
    implements ModelConfig {
  static final String MODEL_TYPE = "gptj";
  private static final double ROTARY_BASE = 10000;

  public GptJConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
    ConfigRules.check(
        vocabSize,
        hiddenSize,
        layers,
        heads,
        intermediateSize,
        rotaryDims,
        ROTARY_BASE,
        layerNormEps,
        window);
  }

  @Override
  public String modelType() {
    return MODEL_TYPE;
  }

  @Override
  public String architecture() {
    return "GPTJForCausalLM";
  }

  /** Fixed: the reference implementation has no setting for it. */
  @Override
  public double rotaryBase() {
    return ROTARY_BASE;
  }

  @Override
  public GptJConfig withVocabSize(int rows) {
    return new GptJConfig(
        rows,
        hiddenSize,
        layers,
        heads,
        intermediateSize,
        rotaryDims,
        layerNormEps,
        activation,
        window,
        tiedEmbeddings,
        declaredDtype,
        bosTokenId,
        eosTokenIds);
  }

  static GptJConfig of(ConfigFile file) {
    int hidden = file.integer(4096, "n_embd", "hidden_size");
    int inner = file.integer(0, "n_inner");
    if (file.isNull("rotary_dim")) {
      // the reference then rotates over n_embd, which fits no head: such a model does not run there
      throw file.error("rotary_dim is null; say how many dimensions of each head are rotated");
    }
    try {
      return new GptJConfig(
          file.integer(50400, "vocab_size"),
          hidden,
          file.integer(28, "n_layer", "num_hidden_layers"),
          file.integer(16, "n_head", "num_attention_heads"),
          inner == 0 ? Math.multiplyExact(4, hidden) : inner,
          file.integer(64, "rotary_dim"),
          file.number(1e-5, "layer_norm_epsilon", "layer_norm_eps"),
          file.activation(Activation.GELU_TANH, "activation_function"),
          file.integer(2048, "n_positions", "max_position_embeddings", "seq_length"),
          file.flag(false, "tie_word_embeddings"),
          file.dtype(),
          file.bosTokenId(),
          file.eosTokenIds());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw file.error(e.getMessage());
    }
  }
}
