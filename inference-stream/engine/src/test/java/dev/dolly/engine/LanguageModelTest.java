package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path copy;

  @Test
  void computesInTheFilesOwnTypeUnlessTold() {
    assertThat(dtype("neox", ComputeSettings.defaults())).isEqualTo(DType.FLOAT32);
    assertThat(dtype("neox-bf16", ComputeSettings.defaults())).isEqualTo(DType.BFLOAT16);
    assertThat(dtype("neox-sequential", ComputeSettings.defaults()))
        .as("fp16 files on a CPU")
        .isEqualTo(DType.FLOAT32);
    assertThat(dtype("gptj", ComputeSettings.of(DType.BFLOAT16))).isEqualTo(DType.BFLOAT16);
  }

  @Test
  void theFingerprintSaysWhatItWasComputedWith() {
    try (LanguageModel model =
        load("neox-bf16", new ComputeSettings(Optional.of(DType.BFLOAT16), 1))) {
      assertThat(model.fingerprint()).contains("libtorch-2.", "bfloat16", "threads-1");
    }
  }

  @Test
  void aWrongShapeIsOneLineThatNamesFileAndTensor() throws IOException {
    copyChanged("neox", config -> config.put("intermediate_size", 128));
    assertThatThrownBy(() -> LanguageModel.load(ModelDirectory.open(copy), fp32()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(copy.toString())
        .hasMessageContaining("gpt_neox.layers.0.mlp.dense_h_to_4h.weight")
        .hasMessageContaining("[256, 64]")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aMissingTensorIsOneLineThatNamesIt() throws IOException {
    copyChanged("neox", config -> config.put("num_hidden_layers", 4));
    assertThatThrownBy(() -> LanguageModel.load(ModelDirectory.open(copy), fp32()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("gpt_neox.layers.3.input_layernorm.weight");
  }

  @Test
  void aTokenizerOfAnotherModelIsRefused() throws IOException {
    copyChanged("neox", config -> {});
    Files.copy(
        Path.of(System.getProperty("dolly.repository"))
            .resolve("config/tokenizers/gpt-neox/tokenizer.json"),
        copy.resolve("tokenizer.json"),
        StandardCopyOption.REPLACE_EXISTING);
    try (LanguageModel model = LanguageModel.load(ModelDirectory.open(copy), fp32())) {
      assertThatThrownBy(model::tokenizer)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("do not belong together");
    }
  }

  private static DType dtype(String fixture, ComputeSettings settings) {
    try (LanguageModel model = load(fixture, settings)) {
      return model.dtype();
    }
  }

  private static LanguageModel load(String fixture, ComputeSettings settings) {
    return LanguageModel.load(ModelDirectory.open(new Fixture(fixture).path()), settings);
  }

  private static ComputeSettings fp32() {
    return ComputeSettings.of(DType.FLOAT32);
  }

  private void copyChanged(String fixture, Consumer<ObjectNode> change) throws IOException {
    try (var files = Files.list(new Fixture(fixture).path())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    Path config = copy.resolve("config.json");
    ObjectNode json = (ObjectNode) JSON.readTree(config.toFile());
    change.accept(json);
    JSON.writeValue(config.toFile(), json);
  }
}
