package dev.dolly.engine.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.GptNeoXConfig;
import dev.dolly.engine.model.MappedTensor;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomModelTest {
  private static final Path TOKENIZER =
      Path.of(System.getProperty("dolly.repository"), "config/tokenizers/gpt-neox/tokenizer.json");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    // counted by their authors
    "pythia-14m, 14067712",
    "pythia-70m, 70426624",
    "pythia-160m, 162322944",
    "pythia-410m, 405334016",
    "pythia-1b, 1011781632",
    "pythia-1.4b, 1414647808",
    "pythia-2.8b, 2775208960",
    "pythia-6.9b, 6857302016",
    "pythia-12b, 11846072320",
    "gpt-neox-20b, 20554567680",
    "gpt-j-6b, 6050882784",
  })
  void shapesHaveTheirPublishedNumberOfParameters(String name, long parameters) {
    assertThat(ModelPreset.byName(name).orElseThrow().parameters()).isEqualTo(parameters);
  }

  @Test
  void namesAreUniqueAndUnknownOnesAreNotGuessed() {
    for (ModelPreset preset : ModelPreset.values()) {
      assertThat(ModelPreset.byName(preset.publishedName())).contains(preset);
    }
    assertThat(ModelPreset.byName("GPT-J-6B")).contains(ModelPreset.GPT_J_6B);
    assertThat(ModelPreset.byName("pythia")).isEmpty();
  }

  @Test
  void isReadBackAsItsShape() throws IOException {
    List<Long> progress = new ArrayList<>();
    RandomModel.write(
        ModelPreset.DOLLY_MINI_SHAPE,
        1,
        DType.BFLOAT16,
        directory,
        TOKENIZER,
        (written, total) -> progress.add(total - written));

    ModelDirectory model = ModelDirectory.open(directory);

    GptNeoXConfig config = (GptNeoXConfig) model.config();
    assertThat(config.declaredDtype()).contains(DType.BFLOAT16);
    assertThat(config)
        .usingRecursiveComparison()
        .ignoringFields("declaredDtype")
        .isEqualTo(ModelPreset.DOLLY_MINI_SHAPE.config());
    assertThat(model.storedBytes()).isEqualTo(2 * ModelPreset.DOLLY_MINI_SHAPE.parameters());
    assertThat(progress).isSortedAccordingTo((a, b) -> Long.compare(b, a)).endsWith(0L);
    assertThat(ones(model.tensor("gpt_neox.final_layer_norm.weight"))).isTrue();
  }

  @Test
  void gptJIsReadBackAsItsShape() throws IOException {
    Files.writeString(
        directory.resolve("config.json"),
        new RandomModel(ModelPreset.GPT_J_6B, 1, DType.FLOAT32, 1).config().toString());

    assertThat(ModelConfig.read(directory.resolve("config.json")))
        .usingRecursiveComparison()
        .ignoringFields("declaredDtype")
        .isEqualTo(ModelPreset.GPT_J_6B.config());
  }

  @Test
  void largeModelsAreSharded() throws IOException {
    Path whole = directory.resolve("whole");
    Path sharded = directory.resolve("sharded");
    RandomModel.write(ModelPreset.PYTHIA_14M, 5, DType.FLOAT16, whole, TOKENIZER, (w, t) -> {});
    new RandomModel(ModelPreset.PYTHIA_14M, 5, DType.FLOAT16, 13_000_000)
        .write(sharded, TOKENIZER, (w, t) -> {});

    assertThat(sharded.resolve("model-00003-of-00003.safetensors")).exists();
    assertThat(sharded.resolve("model.safetensors")).doesNotExist();
    ModelDirectory one = ModelDirectory.open(whole);
    ModelDirectory many = ModelDirectory.open(sharded);
    assertThat(many.names()).isEqualTo(one.names());
    for (String name : one.names()) {
      try (MappedTensor a = one.tensor(name).open();
          MappedTensor b = many.tensor(name).open()) {
        assertThat(b.buffer()).as(name).isEqualTo(a.buffer());
      }
    }
  }

  @Test
  void theSeedDecidesEveryByte() {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16)) {
      assertThat(drawn(dtype, 3)).isEqualTo(drawn(dtype, 3)).isNotEqualTo(drawn(dtype, 4));
    }
    // held fast: another machine or Java must draw the same
    assertThat(drawn(DType.FLOAT32, 3).getInt(0)).isEqualTo(994918486);
  }

  @Test
  void weightsAreNormal() {
    ByteBuffer values = ByteBuffer.allocate(4 << 20);
    new NormalBytes(DType.FLOAT32, 0.02, 11).fill(values);
    values.flip();
    int count = values.remaining() / 4;
    double sum = 0;
    double squares = 0;
    int beyondTwo = 0;
    while (values.hasRemaining()) {
      float value = values.getFloat();
      sum += value;
      squares += (double) value * value;
      beyondTwo += Math.abs(value) > 0.04 ? 1 : 0;
    }

    assertThat(sum / count).isCloseTo(0, within(1e-4));
    assertThat(Math.sqrt(squares / count)).isCloseTo(0.02, within(1e-4));
    assertThat((double) beyondTwo / count).isCloseTo(0.0455, within(1e-3));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0x3c00",
    "-2, 0xc000",
    "0.5, 0x3800",
    "0, 0x0000",
    "0.0999755859375, 0x2e66",
    "0.000000059604644775390625, 0x0001",
    "0.00006103515625, 0x0400",
    // a tie goes to the even neighbour
    "1.00048828125, 0x3c00",
    "1.00146484375, 0x3c02",
  })
  void halvesAreRoundedToNearest(float value, String bits) {
    assertThat(DType.FLOAT16.bits(value)).isEqualTo(Integer.decode(bits));
  }

  private static ByteBuffer drawn(DType dtype, long seed) {
    ByteBuffer values = ByteBuffer.allocate(4096);
    new NormalBytes(dtype, 0.02, seed).fill(values);
    return values.flip();
  }

  private static boolean ones(StoredTensor tensor) {
    try (MappedTensor mapped = tensor.open()) {
      ByteBuffer values = mapped.buffer();
      while (values.hasRemaining()) {
        if (values.getShort() != 0x3f80) {
          return false;
        }
      }
      return true;
    }
  }
}
