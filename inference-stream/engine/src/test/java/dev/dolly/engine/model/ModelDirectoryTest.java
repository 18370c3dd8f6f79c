package dev.dolly.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.Fixture;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.Wiring;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelDirectoryTest {
  @TempDir Path temporary;

  static Stream<Fixture> fixtures() {
    return Fixture.all().stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void holdsEveryTensorOfItsArchitectureInItsShape(Fixture fixture) {
    ModelDirectory model = ModelDirectory.open(fixture.path());

    for (WeightSlot expected : Wiring.of(model.config()).tensors()) {
      StoredTensor tensor = model.tensor(expected.name(), expected.shape());
      assertThat(tensor.dtype()).isEqualTo(model.storedDType());
      assertThat(model.names()).contains(expected.name());
      try (MappedTensor mapped = tensor.open()) {
        assertThat(mapped.buffer().remaining())
            .isEqualTo((int) expected.elements() * tensor.dtype().bytes());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "neox, FLOAT32",
    "neox-bf16, BFLOAT16",
    "neox-sequential, FLOAT16",
    "gptj, FLOAT32",
  })
  void tellsTheTypeOfTheFilesWhateverTheConfigurationSays(String fixture, DType type) {
    assertThat(open(fixture).storedDType()).isEqualTo(type);
  }

  @Test
  void readsBfloat16AndFloat32AsTheyWereRounded() {
    // the two fixtures are one model, the second rounded to nearest
    ModelDirectory exact = open("neox");
    ModelDirectory rounded = open("neox-bf16");

    assertThat(rounded.names()).isEqualTo(exact.names());
    for (String name : exact.names()) {
      try (MappedTensor a = exact.tensor(name).open();
          MappedTensor b = rounded.tensor(name).open()) {
        ByteBuffer singles = a.buffer();
        ByteBuffer halves = b.buffer();
        while (singles.hasRemaining()) {
          int expected = DType.BFLOAT16.bits(singles.getFloat());
          assertThat(halves.getShort()).as(name).isEqualTo((short) expected);
        }
        assertThat(halves.hasRemaining()).isFalse();
      }
    }
  }

  @Test
  void readsFloat16AndFloat32OutOfPickles() {
    // values as Python's pickle and struct modules read them
    assertThat(shorts("neox-sequential", "embed_out.weight", 3))
        .containsExactly(half(-0.1932373046875f), half(0.375732421875f), half(0.233642578125f));
    assertThat(shorts("neox-sequential", "gpt_neox.layers.1.mlp.dense_4h_to_h.weight", 3))
        .containsExactly(half(-0.1312255859375f), half(0.03936767578125f), half(-0.060791015625f));
    try (MappedTensor tensor = open("gptj").tensor("transformer.h.1.mlp.fc_in.weight").open()) {
      ByteBuffer values = tensor.buffer();
      assertThat(values.getFloat()).isEqualTo(-0.02952086366713047f);
      assertThat(values.getFloat()).isEqualTo(-0.06873689591884613f);
      assertThat(values.getFloat(values.limit() - 4)).isEqualTo(0.20386247336864471f);
    }
  }

  @Test
  void buffersOfOldFilesAreThereForNobody() {
    ModelDirectory model = open("neox-sequential");

    assertThat(model.names()).doesNotContain("gpt_neox.layers.0.attention.bias");
    assertThatThrownBy(() -> model.tensor("gpt_neox.layers.0.attention.bias"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageEndingWith(
            "pytorch_model.bin: tensor gpt_neox.layers.0.attention.bias is stored as BOOL, which is"
                + " not computed with");
  }

  @Test
  void rowsArePartsOfTheWhole() {
    StoredTensor whole = open("neox").tensor("gpt_neox.embed_in.weight");
    StoredTensor part = whole.rows(10, 13);

    assertThat(part.shape()).containsExactly(3, 64);
    try (MappedTensor all = whole.open();
        MappedTensor some = part.open()) {
      assertThat(some.buffer()).isEqualTo(all.buffer().position(10 * 64 * 4).limit(13 * 64 * 4));
    }
    assertThatThrownBy(() -> whole.rows(0, 513)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void closingUnmapsAtOnce() throws IOException {
    StoredTensor tensor = open("neox-bf16").tensor("embed_out.weight");
    String file = tensor.file().toRealPath().toString();
    MappedTensor mapped = tensor.open();
    assertThat(mappings()).contains(file);

    mapped.close();
    mapped.close();

    assertThat(mappings()).doesNotContain(file);
    assertThatThrownBy(mapped::buffer).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAnotherShapeByName() {
    ModelDirectory model = open("neox-bf16");

    assertThatThrownBy(() -> model.tensor("embed_out.weight", 513, 64))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageEndingWith(
            "model.safetensors: tensor embed_out.weight has shape [512, 64]; config.json asks for"
                + " [513, 64]");
    assertThatThrownBy(() -> model.tensor("no.such"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageEndingWith("model.safetensors: holds no tensor no.such");
  }

  @Test
  void saysWhichShardIsMissing() throws IOException {
    Path model = copy("neox");
    Files.delete(model.resolve("model-00003-of-00005.safetensors"));

    assertRefused(
        model,
        model.resolve("model-00003-of-00005.safetensors")
            + ": is missing; model.safetensors.index.json names it: fetch it");
  }

  @Test
  void saysWhichShardIsTorn() throws IOException {
    Path safetensors = copy("neox");
    truncate(safetensors.resolve("model-00002-of-00005.safetensors"), 1);
    Path pickle = copy("gptj");
    truncate(pickle.resolve("pytorch_model-00002-of-00005.bin"), 1);
    Path halved = copy("neox-sequential");
    truncate(halved.resolve("pytorch_model.bin"), 300_000);

    assertRefused(safetensors, "model-00002-of-00005.safetensors: is torn: tensor ");
    assertRefused(pickle, "pytorch_model-00002-of-00005.bin: is torn ");
    assertRefused(halved, "pytorch_model.bin: is torn ");
  }

  @Test
  void saysWhatTheIndexPromisesInVain() throws IOException {
    Path model = copy("neox");
    edit(model.resolve("model.safetensors.index.json"), "gpt_neox.embed_in.weight", "gpt_neox.x");
    Path outside = copy("gptj");
    edit(
        outside.resolve("pytorch_model.bin.index.json"),
        "pytorch_model-00001-of-00005.bin",
        "../other.bin");

    assertRefused(
        model,
        "model-00001-of-00005.safetensors: holds no tensor gpt_neox.x, which"
            + " model.safetensors.index.json promises");
    assertRefused(outside, "a shard that is no file beside it: ../other.bin");
  }

  @Test
  void saysWhatADirectoryLacks() throws IOException {
    Path model = copy("neox-bf16");
    Files.delete(model.resolve("model.safetensors"));
    assertRefused(model, model + ": holds no weights: none of model.safetensors, ");

    Files.delete(model.resolve("config.json"));
    assertRefused(model, "config.json: is missing");
    assertRefused(model.resolve("nowhere"), "nowhere: does not exist");
    assertRefused(model.resolve("tokenizer.json"), "tokenizer.json: is no directory");
  }

  @Test
  void missesTheTokenizerOnlyWhenAskedForIt() throws IOException {
    Path path = copy("neox-bf16");
    Files.delete(path.resolve("tokenizer.json"));
    ModelDirectory model = ModelDirectory.open(path);

    assertThatThrownBy(model::tokenizerFile)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(path.resolve("tokenizer.json") + ": is missing");
  }

  @Test
  void prefersSafetensorsAndSingleFiles() throws IOException {
    Path model = copy("neox");
    Files.copy(
        new Fixture("neox-bf16").path().resolve("model.safetensors"),
        model.resolve("model.safetensors"));
    Files.writeString(model.resolve("pytorch_model.bin"), "not looked at");

    assertThat(ModelDirectory.open(model).storedDType()).isEqualTo(DType.BFLOAT16);
  }

  @ParameterizedTest
  @CsvSource({
    "neox-bf16, model.safetensors, 0, 5000",
    "neox-sequential, pytorch_model.bin, 0, 6000",
    "neox-sequential, pytorch_model.bin, 601573, 5000",
    "neox, model.safetensors.index.json, 0, 3000",
    "gptj, config.json, 0, 500",
  })
  void anyBrokenByteIsReadOrRefusedInOneLine(String fixture, String name, int from, int length)
      throws IOException {
    Path model = copy(fixture);
    byte[] whole = Files.readAllBytes(model.resolve(name));
    Random random = new Random(length + from);
    int refused = 0;
    for (int round = 0; round < 400; round++) {
      byte[] broken = whole.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        broken[from + random.nextInt(length)] ^= (byte) (1 + random.nextInt(255));
      }
      Files.write(model.resolve(name), broken);
      try {
        ModelDirectory opened = ModelDirectory.open(model);
        opened.names().forEach(tensor -> opened.tensor(tensor).open().close());
      } catch (ModelFormatException e) {
        refused++;
        assertThat(e.getMessage()).startsWith(model.toString()).doesNotContain("\n");
      }
    }
    assertThat(refused).isPositive();
  }

  private static ModelDirectory open(String fixture) {
    return ModelDirectory.open(new Fixture(fixture).path());
  }

  private static short[] shorts(String fixture, String name, int count) {
    try (MappedTensor tensor = open(fixture).tensor(name).open()) {
      short[] values = new short[count];
      tensor.buffer().asShortBuffer().get(values);
      return values;
    }
  }

  private static short half(float value) {
    return (short) DType.FLOAT16.bits(value);
  }

  private static String mappings() throws IOException {
    return Files.readString(Path.of("/proc/self/maps"));
  }

  private static void assertRefused(Path model, String message) {
    assertThatThrownBy(() -> ModelDirectory.open(model))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(message)
        .satisfies(
            e -> assertThat(e.getMessage()).startsWith(model.toString()).doesNotContain("\n"));
  }

  private Path copy(String fixture) throws IOException {
    Path copy = temporary.resolve(fixture);
    Files.createDirectories(copy);
    try (Stream<Path> files = Files.list(new Fixture(fixture).path())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return copy;
  }

  private static void truncate(Path file, long by) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - by);
    }
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }
}
