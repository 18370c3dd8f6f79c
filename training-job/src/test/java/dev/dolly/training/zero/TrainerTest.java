package dev.dolly.training.zero;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDManager;
import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.RaggedBatch;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.example.Example;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run relies on besides the numbers. */
class TrainerTest {
  private final Golden golden = Golden.of("neox");
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 1, 1, 16",
    "FLOAT32, 4, 2, 16",
    "BFLOAT16, 1, 1, 16",
    "BFLOAT16, 3, 1, 16",
    "BFLOAT16, 8, 1, 16",
    "BFLOAT16, 4, 2, 18"
  })
  void eachDeviceKeepsItsShareAndReceivesTheRest(
      DType compute, int devices, int accumulation, int bytes) {
    try (Trainer trainer = golden.trainer(compute, devices, accumulation)) {
      long units = trainer.config().layers() + 2; // each ends in padding, less than a device each
      long share = trainer.parameters() / devices;
      assertThat(trainer.persistentBytesPerDevice())
          .isBetween(bytes * share, bytes * (share + units))
          .isEqualTo(
              Trainer.persistentBytesPerDevice(
                  trainer.config(),
                  trainer.config().vocabSize(),
                  Golden.settings(compute, devices, accumulation)));

      trainer.step(golden.steps().get(0).batch());
      trainer.step(golden.steps().get(1).batch());
      long elements = 3 * trainer.parameters() * (devices - 1) / devices;
      assertThat(trainer.trafficElementsPerDevice())
          .isBetween(
              2 * accumulation * elements,
              2 * accumulation * (elements + 3 * units * (devices - 1)));
      assertThat(trainer.trafficBytesPerDevice())
          .isEqualTo(trainer.trafficElementsPerDevice() * compute.bytes());
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1", "FLOAT32, 2", "BFLOAT16, 3"})
  void continuesFromASaveWithEqualBits(DType compute, int devices) throws Exception {
    Path half = directory.resolve("half");
    Path straight = directory.resolve("straight");
    try (Trainer trainer = golden.trainer(compute, devices, 1)) {
      run(trainer, 0, 5);
      trainer.save(half);
      run(trainer, 5, 10);
      trainer.save(straight);
    }
    Path resumed = directory.resolve("resumed");
    try (Trainer trainer = golden.trainer(compute, devices, 1)) {
      trainer.step(golden.steps().get(7).batch()); // what was there before does not matter
      trainer.restore(half);
      assertThat(trainer.steps()).isEqualTo(5);
      run(trainer, 5, 10);
      trainer.save(resumed);
    }
    for (int rank = 0; rank < devices; rank++) {
      String name = "rank-%d-of-%d.safetensors".formatted(rank, devices);
      assertThat(Files.mismatch(straight.resolve(name), resumed.resolve(name))).isEqualTo(-1);
    }
  }

  @Test
  void continuesOnAnotherNumberOfDevices() {
    Path half = directory.resolve("half");
    try (Trainer trainer = golden.trainer(DType.FLOAT32, 3, 1)) {
      run(trainer, 0, 5);
      trainer.save(half);
    }
    for (int devices : new int[] {1, 2, 8}) {
      try (Trainer trainer = golden.trainer(DType.FLOAT32, devices, 1)) {
        trainer.restore(half);
        for (int i = 5; i < 10; i++) {
          double expected = golden.steps().get(i).loss();
          assertThat(trainer.step(golden.steps().get(i).batch()).loss())
              .isCloseTo(expected, within(1e-3 * expected));
        }
      }
    }
  }

  @Test
  void refusesATornStateAndAnotherModels() throws Exception {
    try (Trainer trainer = golden.trainer(DType.FLOAT32, 2, 1)) {
      trainer.save(directory);
      try (Trainer other = Golden.of("gptj").trainer(DType.FLOAT32, 2, 1)) {
        assertThatThrownBy(() -> other.restore(directory))
            .isInstanceOf(ModelFormatException.class)
            .hasMessageContaining("another model's state");
      }
      Files.delete(directory.resolve("rank-1-of-2.safetensors"));
      assertThatThrownBy(() -> trainer.restore(directory))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("1 files of a state of 2");
    }
  }

  @Test
  void aRefusedBatchChangesNothing() {
    try (Trainer trainer = golden.trainer(DType.FLOAT32, 2, 1)) {
      run(trainer, 0, 2);
      trainer.save(directory.resolve("before"));
      StepResult refused =
          trainer.step(golden.steps().get(2).batch(), figures -> figures.gradNorm() < 1);
      assertThat(refused.applied()).isFalse();
      assertThat(refused.step()).isEqualTo(2);
      trainer.save(directory.resolve("after"));
      run(trainer, 2, 4);
    }
    Map<String, float[]> before = Golden.floats(state("before"));
    Golden.floats(state("after"))
        .forEach((name, values) -> assertThat(values).as(name).isEqualTo(before.get(name)));
  }

  @Test
  void evaluatesWithoutMovingAnything() {
    List<Example> batch = golden.steps().get(0).batch();
    for (int devices : new int[] {1, 3}) {
      try (Trainer trainer = golden.trainer(DType.FLOAT32, devices, 1)) {
        double loss = golden.steps().get(0).loss();
        assertThat(trainer.evaluate(batch, 1)).isCloseTo(loss, within(1e-3 * loss));
        assertThat(trainer.evaluate(batch, 8)).isCloseTo(loss, within(1e-3 * loss));
        assertThat(trainer.steps()).isZero();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"neox, 520", "neox, 500", "gptj, 520", "gptj, 500"})
  void resizesTheVocabulary(String model, int rows) throws Exception {
    Golden of = Golden.of(model);
    ModelDirectory base = of.directory();
    List<Example> batch =
        of.steps().get(0).batch().stream()
            .filter(e -> Arrays.stream(e.ids()).allMatch(id -> id < rows))
            .toList();
    for (int devices : new int[] {1, 3}) {
      Path written = directory.resolve("on-" + devices);
      try (Trainer trainer = Trainer.load(base, rows, Golden.settings(DType.FLOAT32, devices, 1))) {
        assertThat(trainer.config().vocabSize()).isEqualTo(rows);
        trainer.writeModel(written);
        if (!batch.isEmpty()) {
          assertThat(trainer.step(batch).applied()).isTrue();
        }
      }
    }
    ModelDirectory resized = ModelDirectory.open(directory.resolve("on-1"));
    assertThat(resized.config().vocabSize()).isEqualTo(rows);
    Map<String, float[]> one = Golden.floats(directory.resolve("on-1/model.safetensors"));
    Map<String, float[]> three = Golden.floats(directory.resolve("on-3/model.safetensors"));
    one.forEach((name, values) -> assertThat(three.get(name)).as(name).isEqualTo(values));

    String embedding = model.equals("neox") ? "gpt_neox.embed_in.weight" : "transformer.wte.weight";
    float[] values = one.get(embedding);
    int width = resized.config().hiddenSize();
    assertThat(values).hasSize(rows * width);
    double square = 0;
    for (int i = 512 * width; i < values.length; i++) {
      square += (double) values[i] * values[i];
    }
    if (rows > 512) { // both say initializer_range 0.02
      assertThat(Math.sqrt(square / (values.length - 512 * width))).isCloseTo(0.02, within(2e-3));
    }
  }

  @Test
  void startsFromScratch() {
    Path config = golden.directory().path().resolve("config.json");
    StartValues start = new StartValues(0.05, true, true);
    Map<String, float[]> first = null;
    for (int devices : new int[] {1, 3}) {
      Path written = directory.resolve("fresh-on-" + devices);
      try (Trainer trainer =
          Trainer.fresh(config, 300, start, Golden.settings(DType.FLOAT32, devices, 1))) {
        trainer.writeModel(written);
      }
      Map<String, float[]> found = Golden.floats(written.resolve("model.safetensors"));
      if (first != null) {
        first.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
      }
      first = found;
    }
    assertThat(first.get("gpt_neox.embed_in.weight")).hasSize(300 * 64);
    assertThat(first.get("embed_out.weight")).isEqualTo(first.get("gpt_neox.embed_in.weight"));
    assertThat(first.get("gpt_neox.final_layer_norm.weight")).containsOnly(1);
    assertThat(first.get("gpt_neox.layers.1.attention.query_key_value.bias")).containsOnly(0);
    double square = 0;
    float[] up = first.get("gpt_neox.layers.2.mlp.dense_h_to_4h.weight");
    for (float value : up) {
      square += value * value;
    }
    assertThat(Math.sqrt(square / up.length)).isCloseTo(0.05, within(1e-3));

    // head 2 looks two places back: 16 wide, 4 of them rotated in 2 pairs, queries before keys
    float[] bias = first.get("gpt_neox.layers.0.attention.query_key_value.bias");
    assertThat(bias[2 * 48]).isCloseTo((float) (8 * Math.cos(2)), within(1e-5f));
    assertThat(bias[2 * 48 + 2]).isCloseTo((float) (-8 * Math.sin(2)), within(1e-5f));
    assertThat(bias[2 * 48 + 16]).isEqualTo(8);
    assertThat(bias[2 * 48 + 18]).isZero();
  }

  @ParameterizedTest
  @CsvSource({"neox, FLOAT32", "neox-sequential, FLOAT32", "gptj, FLOAT32", "neox, BFLOAT16"})
  void theEngineReadsWhatWasWritten(String model, DType compute) throws Exception {
    Golden of = Golden.of(model);
    Example example = of.steps().get(0).batch().get(0);
    double loss;
    try (Trainer trainer = of.trainer(compute, 2, 1)) {
      trainer.step(of.steps().get(0).batch());
      trainer.step(of.steps().get(1).batch());
      loss = trainer.evaluate(List.of(example), 1);
      trainer.writeModel(directory, 300_000); // so small that there are several files
    }
    assertThat(directory.resolve("model.safetensors.index.json")).exists();
    Files.copy(of.directory().tokenizerFile(), directory.resolve("tokenizer.json"));
    ModelDirectory written = ModelDirectory.open(directory);
    assertThat(written.storedDType()).isEqualTo(compute);
    assertThat(written.config().declaredDtype()).contains(compute);
    double tolerance = compute == DType.FLOAT32 ? 1e-4 : 1e-2;
    assertThat(engineLoss(written, example)).isCloseTo(loss, within(tolerance * loss));
  }

  /** The mean loss over the labels, from the engine's logits in fp32. */
  private static double engineLoss(ModelDirectory directory, Example example) {
    int[] ids = example.ids();
    try (LanguageModel model = LanguageModel.load(directory, ComputeSettings.of(DType.FLOAT32));
        KvCache cache = model.newCache(model.cacheBytesPerToken() * ids.length);
        PtNDManager scope = model.newScope()) {
      RaggedBatch batch = new RaggedBatch();
      batch.add(ids, 0, ids.length, 0, cache.reserve(ids.length).orElseThrow());
      long[] rows = LongStream.range(example.firstLabel() - 1, ids.length - 1).toArray();
      float[] logits = model.logits(scope, model.hidden(scope, batch, cache), rows).toFloatArray();
      int vocabulary = model.config().vocabSize();
      double loss = 0;
      for (int row = 0; row < rows.length; row++) {
        double sum = 0;
        for (int id = 0; id < vocabulary; id++) {
          sum += Math.exp(logits[row * vocabulary + id]);
        }
        loss += Math.log(sum) - logits[row * vocabulary + ids[example.firstLabel() + row]];
      }
      return loss / rows.length;
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2"})
  void stepsLeaveNoTensorBehind(int devices, int accumulation) {
    try (Trainer trainer = golden.trainer(DType.BFLOAT16, devices, accumulation)) {
      int loaded = trainer.nativeTensors();
      run(trainer, 0, 5);
      trainer.evaluate(golden.steps().get(0).batch(), 2);
      trainer.save(directory.resolve("state"));
      trainer.restore(directory.resolve("state"));
      trainer.writeModel(directory.resolve("model"));
      assertThat(trainer.nativeTensors()).isEqualTo(loaded);
    }
  }

  @Test
  void aFailureOnOneDeviceEndsTheStepOnAll() {
    Example impossible = new Example("impossible", new int[] {1, 2, 100_000}, 1);
    List<Example> batch = golden.steps().get(0).batch();
    try (Trainer trainer = golden.trainer(DType.FLOAT32, 4, 1)) {
      assertThatThrownBy(
              () -> trainer.step(List.of(batch.get(0), impossible, batch.get(1), batch.get(2))))
          .hasMessageContaining("out of range");
    }
  }

  private Path state(String name) {
    return directory.resolve(name).resolve("rank-0-of-2.safetensors");
  }

  private void run(Trainer trainer, int from, int to) {
    for (int i = from; i < to; i++) {
      trainer.step(golden.steps().get(i).batch());
    }
  }
}
