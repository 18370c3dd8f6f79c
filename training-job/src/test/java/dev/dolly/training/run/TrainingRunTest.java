package dev.dolly.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.training.checkpoint.CheckpointStore;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.DataRange;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.options.TrainingOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
  @TempDir Path directory;
  private final Heard heard = new Heard();
  private final Set<String> promoted = new HashSet<>();

  @ParameterizedTest
  @ValueSource(strings = {"neox", "neox-sequential", "gptj"})
  void repeatsTheReferencesCurve(String model) throws IOException {
    Path metrics = directory.resolve("metrics.jsonl");

    run(Golden.options(model, directory), "metrics", metrics.toString());

    List<String> lines = Files.readAllLines(metrics);
    JsonNode golden = Golden.steps(model);
    assertThat(lines).hasSize(Golden.STEPS);
    for (int i = 0; i < Golden.STEPS; i++) {
      JsonNode line = new ObjectMapper().readTree(lines.get(i));
      JsonNode expected = golden.get(i);
      assertThat(line.path("step").asInt()).isEqualTo(i + 1);
      assertThat(line.path("loss").asDouble())
          .isCloseTo(expected.path("loss").asDouble(), offset(1e-3));
      assertThat(line.path("grad_norm").asDouble())
          .isCloseTo(
              expected.path("grad_norm").asDouble(),
              offset(2e-3 * expected.path("grad_norm").asDouble()));
      assertThat(line.path("lr").asDouble())
          .isCloseTo(expected.path("lr").asDouble(), offset(1e-12));
      assertThat(line.path("tokens_per_second").asDouble()).isPositive();
      assertThat(line.has("eval_loss")).isFalse();
    }
  }

  @Test
  void leavesAModelThatTheEngineLoadsWithItsOrigin() throws IOException {
    SavedCheckpoint last =
        run(
            Golden.options("neox", directory),
            "dbfs-output-dir",
            directory.resolve("copy").toString(),
            "report",
            directory.resolve("report/run.html").toString());

    Path out = directory.resolve("out");
    assertThat(last.path()).isEqualTo(out.resolve("checkpoint-10"));
    Manifest manifest = Manifest.read(out);
    manifest.verify(out);
    assertThat(manifest.files())
        .containsOnlyKeys(
            "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
    assertThat(Manifest.read(directory.resolve("copy"))).isEqualTo(manifest);
    assertThat(last.manifest().files())
        .containsKeys("trainer-state/rank-0-of-1.safetensors", "trainer-state/run.json");
    try (LanguageModel loaded =
        LanguageModel.load(ModelDirectory.open(out), ComputeSettings.defaults())) {
      assertThat(loaded.promptFormat().hasControlTokens()).isTrue();
    }
    Lineage lineage = heard.finished.get(0);
    assertThat(lineage).isEqualTo(Lineage.fromJson(manifest.lineage()));
    assertThat(lineage.version()).matches("[0-9a-f]{12}-000010");
    assertThat(lineage.architecture()).isEqualTo("GPTNeoXForCausalLM");
    assertThat(lineage.parent().orElseThrow().digest())
        .isEqualTo(ModelDirectory.open(Path.of(options().get("input-model"))).digest());
    DataRange data = lineage.identity().data().get(0);
    assertThat(data.source()).matches("golden.jsonl@sha256:[0-9a-f]{64}");
    assertThat(data.to()).isEqualTo(80);
    assertThat(lineage.records()).isEqualTo(80);
    assertThat(heard.saved).containsExactly(lineage);
    assertThat(directory.resolve("report/run.html")).content().contains("<svg", lineage.version());
  }

  /** Twenty steps at once; ten, a kill and ten more: equal bits in every file of a checkpoint. */
  @ParameterizedTest
  @ValueSource(strings = {"cpu:1", "cpu:2"})
  void goesOnWithEqualBits(String devices) throws IOException {
    Map<String, String> options = Golden.options("neox", directory);
    options.putAll(
        Map.of(
            "devices", devices,
            "per-device-train-batch-size", devices.equals("cpu:1") ? "8" : "4",
            "max-steps", "20",
            "save-steps", "10",
            "test-size", "8",
            "eval-steps", "5"));
    options.remove("no-shuffle");
    SavedCheckpoint straight = run(options);
    options.put("local-output-dir", directory.resolve("killed").toString());
    Heard first = new Heard();
    assertThatThrownBy(() -> run(options, () -> first.steps == 13, first))
        .isInstanceOf(CancellationException.class);
    Heard second = new Heard();
    options.put("resume", "true");
    SavedCheckpoint resumed = run(options, () -> false, second);

    assertThat(resumed.manifest()).isEqualTo(straight.manifest());
    assertThat(Manifest.read(directory.resolve("killed")))
        .isEqualTo(Manifest.read(directory.resolve("out")));
    assertThat(second.metrics).extracting(StepMetric::step).hasSize(20).isSorted();
    assertThat(second.metrics)
        .extracting(StepMetric::loss)
        .isEqualTo(heard.metrics.stream().map(StepMetric::loss).toList());
    assertThat(second.saved).extracting(Lineage::step).containsExactly(10L, 20L);
  }

  @Test
  void goesOnElsewhereWithinRounding() throws IOException {
    Map<String, String> options = options();
    options.put("save-steps", "5");
    run(options);
    options.put("local-output-dir", directory.resolve("moved").toString());
    Heard first = new Heard();
    assertThatThrownBy(() -> run(options, () -> first.steps == 5, first))
        .isInstanceOf(CancellationException.class);

    Heard second = new Heard();
    options.put("resume", "true");
    options.put("devices", "cpu:2");
    options.put("per-device-train-batch-size", "2");
    options.put("gradient-accumulation-steps", "2");
    run(options, () -> false, second);

    assertThat(second.finished.get(0).runId()).isEqualTo(heard.finished.get(0).runId());
    for (int i = 0; i < Golden.STEPS; i++) {
      assertThat(second.metrics.get(i).loss()).isCloseTo(heard.metrics.get(i).loss(), offset(1e-3));
    }
  }

  @Test
  void goesOnOnlyAsTheRunThatItWas() throws IOException {
    Map<String, String> options = options();
    options.put("max-steps", "2");
    run(options);

    assertThatThrownBy(() -> run(options))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("checkpoint-2 is of an earlier run; --resume goes on from it");
    assertThatThrownBy(() -> run(options, "resume", "true", "lr", "2e-3", "seed", "7"))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("lr was 1e-3 and is 2e-3")
        .hasMessageContaining("seed was 42 and is 7");
    assertThatThrownBy(() -> run(options, "resume", "true", "per-device-train-batch-size", "4"))
        .hasMessageContaining("records of a step was 8 and is 4");
  }

  @Test
  void aDamagedCheckpointIsNotGoneOnFrom() throws IOException {
    Map<String, String> options = options();
    options.put("max-steps", "2");
    Path state = run(options).path().resolve("trainer-state/rank-0-of-1.safetensors");
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length / 2] ^= 1;
    Files.write(state, bytes);

    assertThatThrownBy(() -> run(options, "resume", "true"))
        .hasMessageContaining("rank-0-of-1.safetensors")
        .hasMessageContaining("changed or damaged");
  }

  @Test
  void stopsWithinAStepWhenCancelled() {
    assertThatThrownBy(() -> run(options(), () -> heard.steps == 3, heard))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("after step 3");

    assertThat(heard.finished).isEmpty();
  }

  @Test
  void namesBadRecordsAndGoesOn() throws IOException {
    Map<String, String> options = withLines("{\"instruction\": \"a\", \"response\": \" \"}", "{");

    run(options);

    assertThat(heard.givenUp)
        .extracting(GivenUp::code)
        .containsExactly(ErrorCode.BAD_RECORD, ErrorCode.MALFORMED_JSON);
    assertThat(heard.givenUp.get(0).place()).isEqualTo(new RecordPlace("golden.jsonl", -1, 80));
    assertThat(heard.givenUp.get(0).message()).contains("an empty response");
    assertThat(heard.finished).hasSize(1);
    assertThat(heard.notes).anySatisfy(note -> assertThat(note).contains("2 bad"));
  }

  @Test
  void aStrictRunStopsAtABadRecord() throws IOException {
    Map<String, String> options = withLines("{\"instruction\": \"a\", \"response\": \"\"}");

    assertThatThrownBy(() -> run(options, "strict", "true"))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("golden.jsonl, line 81")
        .hasMessageContaining("an empty response");
  }

  @Test
  void trainsOnTheCategoriesThatAreWanted() throws IOException {
    Map<String, String> options =
        withLines(
            "{\"instruction\": \"a\", \"response\": \"b\", \"category\": \"open_qa\"}",
            "{\"instruction\": \"a\", \"response\": \"b\", \"category\": \"closed_qa\"}");

    run(options, "category", "open_qa");

    assertThat(heard.finished.get(0).records()).isEqualTo(1);
  }

  @Test
  void keepsTheBestTheNewestAndWhatWasPromoted() throws IOException {
    Map<String, String> options = options();
    options.putAll(Map.of("save-steps", "1", "eval-steps", "1", "test-size", "8"));
    options.put("save-total-limit", "3");
    Heard promoting =
        new Heard() {
          @Override
          public void saved(SavedCheckpoint checkpoint, Lineage lineage) {
            super.saved(checkpoint, lineage);
            if (lineage.step() == 2) {
              promoted.add(lineage.version());
            }
          }
        };

    run(options, () -> false, promoting);

    long best =
        promoting.saved.stream()
            .min(Comparator.comparingDouble(each -> each.evalLoss().getAsDouble()))
            .orElseThrow()
            .step();
    List<Long> kept =
        CheckpointStore.all(directory.resolve("out")).stream().map(SavedCheckpoint::step).toList();
    assertThat(promoting.saved).hasSize(9);
    assertThat(kept).hasSizeBetween(3, 4).contains(9L, 2L, best);
    RunState state = RunState.read(directory.resolve("out/checkpoint-9/trainer-state"));
    assertThat(state.best().step()).isEqualTo(best);
    assertThat(promoting.metrics).allSatisfy(m -> assertThat(m.evalLoss()).isPresent());
  }

  @Test
  void skipsABatchThatLiesFarOffAndNamesItsRecords() throws IOException {
    Map<String, String> options = options();
    options.putAll(
        Map.of("per-device-train-batch-size", "1", "outlier-z", "0.5", "outlier-window", "10"));
    options.put("lr", "1e-6");

    run(options);

    assertThat(heard.givenUp).isNotEmpty();
    assertThat(heard.givenUp)
        .allSatisfy(
            record -> {
              assertThat(record.code()).isEqualTo(ErrorCode.LOSS_OUTLIER);
              assertThat(record.message()).contains("deviations above the mean");
            });
    long steps = heard.finished.get(0).step();
    assertThat(steps + heard.givenUp.size()).as("each record was taken or skipped").isEqualTo(80);
    assertThat(Manifest.read(directory.resolve("out"))).isNotNull();
  }

  @Test
  void startsFromRandomWeightsAndGoesOnWithMomentsAsAStage() throws IOException {
    Map<String, String> first = options();
    first.putAll(Map.of("start-std", "0.02", "start-tie-head", "true", "max-steps", "3"));
    SavedCheckpoint stageOne = run(first);
    assertThat(heard.finished.get(0).parent()).isEmpty();

    Map<String, String> second = options();
    second.put("input-model", stageOne.path().toString());
    second.put("keep-optimizer", "true");
    second.put("max-steps", "4");
    second.put("lr", "5e-4");
    second.put("warmup-steps", "0");
    second.put("local-output-dir", directory.resolve("two").toString());
    Heard stageTwo = new Heard();
    run(second, () -> false, stageTwo);

    Lineage lineage = stageTwo.finished.get(0);
    assertThat(lineage.step()).isEqualTo(7);
    assertThat(lineage.parent().orElseThrow().version()).isEqualTo(heard.finished.get(0).version());
    assertThat(stageTwo.metrics)
        .extracting(StepMetric::learningRate)
        .satisfies(rates -> assertThat(rates.get(0)).isCloseTo(5e-4, offset(1e-12)))
        .satisfies(rates -> assertThat(rates.get(3)).isCloseTo(1.25e-4, offset(1e-12)));
  }

  @Test
  void saysWhenNothingIsLeftToTrainOn() {
    assertThatThrownBy(() -> run(options(), "test-size", "80"))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("80 examples are usable");
  }

  private Map<String, String> options() {
    try {
      return Golden.options("neox", directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> withLines(String... lines) throws IOException {
    Map<String, String> options = options();
    Path data = Path.of(options.get("data"));
    Files.write(data, List.of(lines), StandardOpenOption.APPEND);
    return options;
  }

  private SavedCheckpoint run(Map<String, String> options, String... more) throws IOException {
    Map<String, String> all = new HashMap<>(options);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return run(all, () -> false, heard);
  }

  private SavedCheckpoint run(
      Map<String, String> options, BooleanSupplier cancelled, RunListener listener)
      throws IOException {
    return new FileTraining(TrainingOptions.of(options)).run(listener, () -> promoted, cancelled);
  }
}
