package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.engine.torch.Int8Range;
import dev.dolly.engine.torch.TorchScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Matrices in int8, activations rounded row by row. */
class Int8Test {
  private static final ComputeSettings INT8 = ComputeSettings.of(DType.INT8);

  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void logitsStayCloseToTheReference(Fixture fixture) {
    try (LanguageModel model = load(fixture.path())) {
      for (JsonNode example : fixture.golden("logits.json")) {
        int[] ids = Fixture.ints(example.get("ids"));
        int[] positions = Fixture.ints(example.get("positions"));
        float[] expected =
            fixture.goldenTensor("logits.safetensors", example.get("tensor").asText());
        List<float[]> actual = logits(model, List.of(ids)).get(0);
        int vocabulary = model.config().vocabSize();
        for (int i = 0; i < positions.length; i++) {
          float[] row = Arrays.copyOfRange(expected, i * vocabulary, (i + 1) * vocabulary);
          assertThat(cosine(actual.get(positions[i]), row))
              .as("%d tokens, position %d", ids.length, positions[i])
              .isGreaterThan(0.99);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"neox", "gptj"})
  void aRowsBitsDoNotDependOnItsCompany(String name) {
    List<int[]> prompts = List.of(ids(1, 7), ids(2, 40), ids(3, 1), ids(4, 1), ids(5, 90));
    try (LanguageModel model = load(new Fixture(name).path())) {
      List<List<float[]>> together = logits(model, prompts);
      for (int i = 0; i < prompts.size(); i++) {
        List<float[]> alone = logits(model, prompts.subList(i, i + 1)).get(0);
        for (int row = 0; row < alone.size(); row++) {
          assertThat(together.get(i).get(row))
              .as("prompt %d, row %d", i, row)
              .isEqualTo(alone.get(row));
        }
      }
    }
  }

  @Test
  void aRowThatIsNoNumberLeavesTheOthersAlone() throws IOException {
    try (LanguageModel poisoned = PoisonedModel.load(directory)) {
      assertThat(poisoned.dtype()).isEqualTo(DType.FLOAT32);
    }
    int[] good = ids(1, 9);
    try (LanguageModel model = load(directory)) {
      List<float[]> alone = logits(model, List.of(good)).get(0);
      List<List<float[]>> both = logits(model, List.of(PoisonedModel.prompt(), good));
      assertThat(both.get(1)).usingRecursiveComparison().isEqualTo(alone);
      assertThat(both.get(0).get(5)).as("what follows the bad id").contains(Float.NaN);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void filesInInt8GiveTheBitsOfLoadingInInt8(Fixture fixture) throws IOException {
    ModelDirectory original = ModelDirectory.open(fixture.path());
    Quantisation.write(original, directory, (written, total) -> {});
    ModelDirectory quantised = ModelDirectory.open(directory);

    assertThat(quantised.storedDType()).isEqualTo(DType.INT8);
    assertThat(quantised.config().declaredDtype()).contains(DType.INT8);
    List<int[]> prompts = List.of(ids(1, 30), ids(2, 1));
    try (LanguageModel fromFloats = load(fixture.path());
        LanguageModel fromInts = LanguageModel.load(quantised, ComputeSettings.defaults())) {
      assertThat(fromInts.dtype()).isEqualTo(DType.INT8);
      assertThat(fromInts.weightBytes())
          .isEqualTo(fromFloats.weightBytes())
          .isLessThan(
              original.config().vocabSize() * 4L * original.config().hiddenSize()
                  + original.storedBytes());
      assertThat(logits(fromInts, prompts))
          .usingRecursiveComparison()
          .isEqualTo(logits(fromFloats, prompts));
      assertThat(fromInts.tokenizer().size()).isEqualTo(fromFloats.tokenizer().size());
    }
  }

  @Test
  void filesInInt8CanBeComputedInFloats() throws IOException {
    Fixture fixture = new Fixture("neox");
    Quantisation.write(ModelDirectory.open(fixture.path()), directory, (written, total) -> {});
    try (LanguageModel restored =
            LanguageModel.load(ModelDirectory.open(directory), ComputeSettings.of(DType.FLOAT32));
        LanguageModel original = fixture.load()) {
      assertThat(restored.dtype()).isEqualTo(DType.FLOAT32);
      float[] a = logits(restored, List.of(ids(1, 20))).get(0).get(19);
      float[] b = logits(original, List.of(ids(1, 20))).get(0).get(19);
      assertThat(cosine(a, b)).isBetween(0.999, 0.9999999);
    }
  }

  @Test
  void whatIsInInt8AlreadyIsNotQuantisedAgain(@TempDir Path again) throws IOException {
    Quantisation.write(
        ModelDirectory.open(new Fixture("gptj").path()), directory, (written, total) -> {});
    assertThatThrownBy(
            () -> Quantisation.write(ModelDirectory.open(directory), again, (written, total) -> {}))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("in int8 already");
  }

  @Test
  void anotherQuantisationIsRefusedByName() throws IOException {
    Quantisation.write(
        ModelDirectory.open(new Fixture("gptj").path()), directory, (written, total) -> {});
    Path config = directory.resolve(ModelDirectory.CONFIG);
    Files.writeString(config, Files.readString(config).replace("int-quantized", "pack-quantized"));
    assertThatThrownBy(() -> ModelDirectory.open(directory))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining("quantization_config is not supported")
        .hasMessageContaining("int-quantized");
  }

  @Test
  void theMemoryIsKnownBeforeLoading() {
    try (LanguageModel model = load(new Fixture("gptj").path())) {
      long cache = model.cacheBytesPerToken() * model.window();
      assertThat(LanguageModel.bytes(model.config(), DType.INT8) - cache)
          .isEqualTo(model.weightBytes());
    }
  }

  /** Also as on processors that sum 8-bit products in 16 bits, whatever this one can do. */
  @ParameterizedTest
  @ValueSource(ints = {127, 63})
  void productsAreRightWithinTheRounding(int levels) {
    int rows = 6;
    int in = 192;
    int out = 32;
    Random random = new Random(levels);
    float[] x = normal(random, rows * in);
    Arrays.fill(x, 0, in, 0f);
    for (int i = 0; i < in; i++) {
      x[in + i] *= 1e4f;
    }
    float[] w = normal(random, out * in);
    float[] b = normal(random, out);
    try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        TorchScript script =
            TorchScript.load(manager, List.of("linear.py"), new Int8Range(levels).constants());
        IValue plain = IValue.from((PtNDArray) manager.create(w, new Shape(out, in)));
        IValue quantised = script.call("quantised", plain)) {
      PtNDArray[] parts = quantised.toTensorArray(manager);
      try (IValue numbers = IValue.from(parts[0]);
          IValue packed = script.call("packed_int8", numbers);
          IValue scales = IValue.from(parts[1]);
          IValue input = IValue.from((PtNDArray) manager.create(x, new Shape(rows, in)));
          IValue bias = IValue.from((PtNDArray) manager.create(b));
          PtNDArray y = script.tensor(manager, "linear", input, packed, scales, bias)) {
        float[] actual = y.toFloatArray();
        assertThat(Arrays.copyOf(actual, out)).as("a row of zeros").isEqualTo(b);
        for (int row = 1; row < rows; row++) {
          double error = 0;
          double size = 0;
          for (int column = 0; column < out; column++) {
            double exact = 0;
            for (int i = 0; i < in; i++) {
              exact += (double) x[row * in + i] * w[column * in + i];
            }
            error += Math.pow(actual[row * out + column] - b[column] - exact, 2);
            size += exact * exact;
          }
          assertThat(Math.sqrt(error / size)).as("row %d", row).isLessThan(2.5 / levels);
        }
      }
    }
  }

  private static float[] normal(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static LanguageModel load(Path path) {
    return LanguageModel.load(ModelDirectory.open(path), INT8);
  }

  private static int[] ids(int seed, int count) {
    return new Random(seed).ints(count, 10, 300).toArray();
  }

  /** Each prompt's rows, all computed in one pass. */
  private static List<List<float[]>> logits(LanguageModel model, List<int[]> prompts) {
    int tokens = prompts.stream().mapToInt(p -> p.length).sum();
    try (KvCache cache =
            model.newCache(model.cacheBytesPerToken() * (tokens + 16L * prompts.size()));
        PtNDManager scope = model.newScope()) {
      RaggedBatch batch = new RaggedBatch();
      for (int[] prompt : prompts) {
        Span span = cache.reserve(prompt.length).orElseThrow();
        batch.add(prompt, 0, prompt.length, 0, span);
      }
      long[] rows = LongStream.range(0, tokens).toArray();
      float[] all = model.logits(scope, model.hidden(scope, batch, cache), rows).toFloatArray();
      int vocabulary = model.config().vocabSize();
      List<List<float[]>> result = new ArrayList<>();
      int at = 0;
      for (int[] prompt : prompts) {
        List<float[]> own = new ArrayList<>();
        for (int i = 0; i < prompt.length; i++, at++) {
          own.add(Arrays.copyOfRange(all, at * vocabulary, (at + 1) * vocabulary));
        }
        result.add(own);
      }
      return result;
    }
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }
}
