package dev.dolly.training.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dolly.engine.example.TestSize;
import dev.dolly.engine.model.DType;
import dev.dolly.training.Fixtures;
import dev.dolly.training.optimizer.OptimizerSettings;
import dev.dolly.training.order.BatchSize;
import dev.dolly.training.order.OrderSettings;
import dev.dolly.training.zero.StartValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingOptionsTest {
  private static final Path MODEL = Fixtures.model("neox");
  @TempDir Path directory;

  @Test
  void defaultsAreDollys() {
    TrainingOptions options = read();

    assertThat(options.modelName()).isEqualTo("neox");
    assertThat(options.data())
        .isEqualTo(
            new DataSelection.Topic(
                "dolly-15k", new TreeMap<>(), Optional.empty(), Optional.empty(), Set.of()));
    assertThat(options.output())
        .isEqualTo(
            new OutputOptions(
                Path.of("out"),
                Optional.empty(),
                200,
                20,
                false,
                Optional.empty(),
                Optional.empty()));
    assertThat(options.epochs()).isEqualTo(2);
    assertThat(options.maxSteps()).isEmpty();
    assertThat(options.rate()).isEqualTo(new RateOptions(1e-5, 0, 0));
    assertThat(options.optimizer()).isEqualTo(OptimizerSettings.defaults());
    assertThat(options.dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(options.devices()).isEqualTo(new Devices(false, 1));
    assertThat(read("num-gpus", "8").devices()).isEqualTo(new Devices(true, 8));
    assertThat(options.order())
        .isEqualTo(
            new OrderSettings(42, true, new TestSize.Count(1000), new BatchSize.Examples(8), 0));
    assertThat(options.guard().isOn()).isFalse();
    assertThat(options.loggingSteps()).isEqualTo(10);
    assertThat(options.evalSteps()).isEqualTo(50);
    assertThat(options.start()).isEmpty();
    assertThat(options.promote()).isFalse();
  }

  @Test
  void theBaseModelIsDollys() {
    TrainingOptions options = TrainingOptions.of(Map.of("local-output-dir", "out"));

    assertThat(options.inputModel()).isEqualTo(Path.of("EleutherAI/pythia-6.9b"));
    assertThat(options.modelName()).isEqualTo("pythia-6.9b");
  }

  @Test
  void takesTheAdaptationsCommand() {
    TrainingOptions options =
        read(
            "epochs", "2",
            "per-device-train-batch-size", "6",
            "per-device-eval-batch-size", "6",
            "logging-steps", "10",
            "save-steps", "200",
            "save-total-limit", "20",
            "eval-steps", "50",
            "warmup-steps", "50",
            "test-size", "200",
            "lr", "5e-6",
            "dbfs-output-dir", "copy",
            "devices", "cpu:8",
            "deepspeed",
                Path.of(System.getProperty("dolly.repository"), "config/ds_z3_bf16_config.json")
                    .toString());

    assertThat(options.order().batch()).isEqualTo(new BatchSize.Examples(48));
    assertThat(options.rate().highest()).isEqualTo(5e-6);
    assertThat(options.rate().warmupSteps()).isEqualTo(50);
    assertThat(options.dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(options.output().second()).contains(Path.of("copy"));
    assertThat(options.resolved()).containsEntry("lr", "5e-6").containsEntry("seed", "42");
  }

  @Test
  void takesWhatARecipeSets() {
    TrainingOptions options =
        read(
            "start-std", "0.05",
            "start-previous-token-heads", "true",
            "start-tie-head", "true",
            "batch-tokens", "1024",
            "length-window", "4096",
            "beta2", "0.98",
            "weight-decay", "0.05",
            "decay-matrices-only", "true",
            "final-lr", "0.02",
            "test-size", "0.1");

    assertThat(options.start()).contains(new StartValues(0.05, true, true));
    assertThat(options.order().batch()).isEqualTo(new BatchSize.Tokens(1024));
    assertThat(options.order().lengthWindow()).isEqualTo(4096);
    assertThat(options.order().testSize()).isEqualTo(new TestSize.Ratio(0.1));
    assertThat(options.optimizer().decayMatricesOnly()).isTrue();
    assertThat(options.rate().finalPart()).isEqualTo(0.02);
  }

  @Test
  void boundsTheTopic() {
    DataSelection.Topic data =
        (DataSelection.Topic) read("offsets", "1:0-5,0:10-20", "category", "open_qa, qa").data();

    assertThat(data.offsets())
        .containsEntry(0, new DataSelection.OffsetRange(10, 20))
        .containsEntry(1, new DataSelection.OffsetRange(0, 5));
    assertThat(DataSelection.formatOffsets(data.offsets())).isEqualTo("0:10-20,1:0-5");
    assertThat(data.categories()).containsExactlyInAnyOrder("open_qa", "qa");
    assertThat(((DataSelection.Topic) read("from-time", "1000").data()).from())
        .contains(Instant.ofEpochMilli(1000));
  }

  @Test
  void reportsAllProblemsTogether() {
    InvalidOptionsException e =
        catchThrowableOfType(
            InvalidOptionsException.class,
            () ->
                TrainingOptions.of(
                    Map.of(
                        "input-model", "nowhere",
                        "epoch", "3",
                        "lr", "fast",
                        "test-size", "1.5",
                        "data", "missing.jsonl",
                        "topic", "t",
                        "no-shuffle", "true",
                        "length-window", "8")));

    assertThat(e.problems())
        .containsExactlyInAnyOrder(
            "epoch is no option of training",
            "input-model nowhere is no directory, nor a hub's OWNER/NAME",
            "local-output-dir is missing: where checkpoints go",
            "lr must be above 0: fast",
            "test-size must be a count, or a ratio below 1: 1.5",
            "data missing.jsonl is no file",
            "data and topic contradict each other: the one is a file, the other of a topic",
            "length-window moves records, which no-shuffle forbids");
  }

  @ParameterizedTest
  @CsvSource({
    "epochs, 0",
    "max-steps, 0",
    "lr, 0",
    "lr, NaN",
    "beta1, 1",
    "final-lr, 1.1",
    "weight-decay, -1",
    "max-grad-norm, Infinity",
    "dtype, float16",
    "devices, tpu:8",
    "devices, cpu:0",
    "num-gpus, 800",
    "seed, 1.5",
    "offsets, 0:5-3",
    "offsets, '0:1-2,0:3-4'",
    "from-time, yesterday",
    "resume, maybe",
    "start-tie-head, true",
    "outlier-window, 1",
  })
  void refusesWhatCannotBe(String option, String value) {
    assertThatThrownBy(() -> read(option, value)).isInstanceOf(InvalidOptionsException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "batch-tokens=1024;per-device-train-batch-size=8",
        "offsets=0:1-2;from-time=5",
        "start-std=0.02;keep-optimizer=true",
        "num-gpus=2;devices=cpu:2",
      })
  void refusesContradictions(String one, String other) {
    String[] a = one.split("=");
    String[] b = other.split("=");
    assertThatThrownBy(() -> read(a[0], a[1], b[0], b[1]))
        .isInstanceOf(InvalidOptionsException.class);
  }

  @Test
  void aDeepSpeedFileFillsInAndMayNotContradict() throws IOException {
    String file =
        deepSpeed(
            "{\"bf16\": {\"enabled\": false}, \"zero_optimization\": {\"stage\": 3},"
                + " \"gradient_clipping\": 0.5, \"gradient_accumulation_steps\": 4,"
                + " \"train_micro_batch_size_per_gpu\": \"auto\"}");

    TrainingOptions options = read("deepspeed", file, "max-grad-norm", "0.50");

    assertThat(options.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(options.optimizer().clipNorm()).isEqualTo(0.5);
    assertThat(options.order().batch()).isEqualTo(new BatchSize.Examples(32));
    assertThatThrownBy(() -> read("deepspeed", file, "dtype", "bfloat16"))
        .hasMessageContaining("dtype is bfloat16, but")
        .hasMessageContaining("bf16.enabled says float32");
  }

  @Test
  void aDeepSpeedFilesOtherKeysAreRefusedByName() throws IOException {
    String file =
        deepSpeed(
            "{\"zero_optimization\": {\"stage\": 2, \"overlap_comm\": true}, \"optimizer\":"
                + " {\"type\": \"AdamW\"}, \"fp16\": {\"enabled\": true}}");

    assertThatThrownBy(() -> read("deepspeed", file))
        .hasMessageContaining("zero_optimization.stage is 2")
        .hasMessageContaining("zero_optimization.overlap_comm is not read")
        .hasMessageContaining("optimizer.type is not read")
        .hasMessageContaining("fp16.enabled is true");
  }

  @Test
  void everyOptionSaysWhatItDoes() {
    assertThat(Arrays.stream(TrainingOption.values()))
        .allSatisfy(option -> assertThat(option.description()).endsWith("."));
    assertThat(TrainingOption.PER_DEVICE_TRAIN_BATCH_SIZE.key())
        .isEqualTo("per-device-train-batch-size");
  }

  private String deepSpeed(String json) throws IOException {
    Path file = directory.resolve("ds.json");
    Files.writeString(file, json);
    return file.toString();
  }

  private static TrainingOptions read(String... more) {
    Map<String, String> texts = new HashMap<>();
    texts.put("input-model", MODEL.toString());
    texts.put("local-output-dir", "out");
    for (int i = 0; i < more.length; i += 2) {
      texts.put(more[i], more[i + 1]);
    }
    return TrainingOptions.of(texts);
  }
}
