package dev.dolly.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {
  @TempDir Path directory;

  @Test
  void readsPythiasSpelling() {
    GptNeoXConfig config =
        (GptNeoXConfig)
            read(
                """
                {"model_type": "gpt_neox", "vocab_size": 50304, "hidden_size": 1024,
                 "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096,
                 "hidden_act": "gelu", "rotary_pct": 0.25, "rotary_emb_base": 5000,
                 "layer_norm_eps": 1e-6, "use_parallel_residual": false,
                 "max_position_embeddings": 1024, "tie_word_embeddings": true,
                 "torch_dtype": "float16", "bos_token_id": 0, "eos_token_id": 0}
                """);

    assertThat(config)
        .isEqualTo(
            new GptNeoXConfig(
                50304,
                1024,
                24,
                16,
                4096,
                16,
                5000,
                1e-6,
                false,
                Activation.GELU,
                1024,
                true,
                true,
                Optional.of(DType.FLOAT16),
                OptionalInt.of(0),
                List.of(0)));
    assertThat(config.headDim()).isEqualTo(64);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 5000,"
            + " \"partial_rotary_factor\": 0.5}",
        "\"rope_scaling\": {\"type\": \"default\", \"rope_theta\": 5000,"
            + " \"partial_rotary_factor\": 0.5}",
        "\"rope_scaling\": null, \"rope_theta\": 5000, \"partial_rotary_factor\": 0.5",
        "\"rotary_emb_base\": 5000, \"rotary_pct\": 0.5, \"rope_theta\": 1,"
            + " \"partial_rotary_factor\": 1"
      })
  void findsRotarySettingsWhereverTheyStand(String settings) {
    ModelConfig config =
        read(
            "{\"model_type\": \"gpt_neox\", \"hidden_size\": 64, \"num_attention_heads\": 4, "
                + settings
                + "}");

    assertThat(config.rotaryDims()).isEqualTo(8);
    assertThat(config.rotaryBase()).isEqualTo(5000);
  }

  @Test
  void absentKeysHaveTheReferencesDefaults() {
    ModelConfig neox = read("{\"model_type\": \"gpt_neox\"}");
    ModelConfig gptj = read("{\"model_type\": \"gptj\"}");

    // gpt-neox-20b but for its activation, and gpt-j-6B
    assertThat(neox)
        .isEqualTo(
            new GptNeoXConfig(
                50432,
                6144,
                44,
                64,
                24576,
                24,
                10000,
                1e-5,
                true,
                Activation.GELU,
                2048,
                true,
                false,
                Optional.empty(),
                OptionalInt.empty(),
                List.of()));
    assertThat(gptj)
        .isEqualTo(
            new GptJConfig(
                50400,
                4096,
                28,
                16,
                16384,
                64,
                1e-5,
                Activation.GELU_TANH,
                2048,
                false,
                Optional.empty(),
                OptionalInt.empty(),
                List.of()));
  }

  @Test
  void readsNewSpellingsOfTypeEndIdsAndWindow() {
    ModelConfig config =
        read(
            """
            {"model_type": "gptj", "hidden_size": 64, "num_hidden_layers": 3,
             "num_attention_heads": 4, "rotary_dim": 8, "n_inner": null, "seq_length": 512,
             "layer_norm_eps": 0.001, "dtype": "bfloat16", "eos_token_id": [7, 9]}
            """);

    assertThat(config.hiddenSize()).isEqualTo(64);
    assertThat(config.layers()).isEqualTo(3);
    assertThat(config.heads()).isEqualTo(4);
    assertThat(config.intermediateSize()).isEqualTo(256);
    assertThat(config.window()).isEqualTo(512);
    assertThat(config.layerNormEps()).isEqualTo(0.001);
    assertThat(config.declaredDtype()).contains(DType.BFLOAT16);
    assertThat(config.eosTokenIds()).containsExactly(7, 9);
  }

  @ParameterizedTest
  @CsvSource({
    "gelu, GELU",
    "gelu_python, GELU",
    "gelu_new, GELU_TANH",
    "gelu_fast, GELU_TANH",
    "gelu_pytorch_tanh, GELU_TANH",
    "relu, RELU"
  })
  void knowsActivationsByTheirNames(String name, Activation activation) {
    assertThat(
            read("{\"model_type\": \"gpt_neox\", \"hidden_act\": \"" + name + "\"}").activation())
        .isEqualTo(activation);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model_type\": \"llama\"} | model_type llama is not supported; supported: gpt_neox, gptj",
        "{} | names no model_type; supported: gpt_neox, gptj",
        "[] | does not hold a JSON object",
        "{\"model_type\": | is not valid JSON",
        "{\"model_type\": \"gpt_neox\", \"hidden_size\": \"big\"} | hidden_size must be a whole number",
        "{\"model_type\": \"gpt_neox\", \"hidden_size\": 65} | 65 is not a multiple of 64 heads",
        "{\"model_type\": \"gpt_neox\", \"num_attention_heads\": 0} | number of heads must be positive",
        "{\"model_type\": \"gpt_neox\", \"rotary_pct\": 1.5} | rotary dimensions",
        "{\"model_type\": \"gpt_neox\", \"hidden_act\": \"silu\"} | hidden_act \"silu\" is not supported",
        "{\"model_type\": \"gpt_neox\", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}} "
            + "| rotary scaling of type linear is not supported",
        "{\"model_type\": \"gpt_neox\", \"rope_parameters\": {\"rope_type\": \"yarn\"}} "
            + "| rotary scaling of type yarn is not supported",
        "{\"model_type\": \"gptj\", \"rotary_dim\": null} | rotary_dim is null",
        "{\"model_type\": \"gptj\", \"n_positions\": -1} | number of positions must be positive",
        "{\"model_type\": \"gptj\", \"n_embd\": 64, \"n_embd\": 32} | is not valid JSON: Duplicate field",
      })
  void refusesWithOneLineThatNamesTheFile(String json, String problem) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(directory.resolve("config.json") + ": ")
        .hasMessageContaining(problem)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatThrownBy(() -> ModelConfig.read(directory.resolve("config.json")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(directory.resolve("config.json") + ": is missing from the model directory");
  }

  private ModelConfig read(String json) {
    Path file = directory.resolve("config.json");
    try {
      Files.writeString(file, json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return ModelConfig.read(file);
  }
}
