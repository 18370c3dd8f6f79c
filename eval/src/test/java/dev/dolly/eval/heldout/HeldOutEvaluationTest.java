package dev.dolly.eval.heldout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.eval.Metric;
import dev.dolly.schemas.dataset.InstructionText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HeldOutEvaluationTest {
  private static final Path NEOX =
      Path.of(
          System.getProperty("dolly.repository"),
          "inference-stream/engine/src/test/resources/fixtures/neox");
  private static final JsonMapper JSON = new JsonMapper();

  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model = LanguageModel.load(ModelDirectory.open(NEOX), ComputeSettings.of(DType.FLOAT32));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void theLossOfABatchIsWhatTheReferencesTrainerHas() throws Exception {
    JsonNode step = JSON.readTree(NEOX.resolve("golden/training.json").toFile()).get(0);
    List<HeldOutRecord> records = new ArrayList<>();
    for (JsonNode record : step.path("records")) {
      records.add(
          record(
              record.path("instruction").asText(),
              record.path("context").asText(),
              record.path("response").asText()));
    }
    records.add(record("an instruction", "", " ")); // teaches nothing, and is nothing to score
    Heard heard = new Heard();

    HeldOutScores scores =
        new HeldOutEvaluation(model, BatchSettings.defaults(), OptionalInt.empty(), heard)
            .of(records);

    assertThat(scores.leftOut()).isEqualTo(1);
    assertThat(scores.records().stream().mapToInt(ScoredRecord::tokens).sum())
        .isEqualTo(step.path("tokens").asInt());
    assertThat(scores.results().get(0).metrics().get("loss").value())
        .isCloseTo(step.path("loss").asDouble(), within(1e-4));
    assertThat(heard.scored).isEqualTo(records.size() - 1);
    assertThat(heard.answered).isZero();
  }

  @Test
  void answersAreTheReferencesGreedyOnes() throws Exception {
    List<HeldOutRecord> records = new ArrayList<>();
    for (JsonNode golden : goldens()) {
      if (!golden.path("text").asText().isBlank()) {
        records.add(
            record(
                golden.path("instruction").asText(),
                golden.path("context").asText(""),
                golden.path("text").asText()));
      }
    }
    HeldOutRecord other = record("Why?", "", "certainly not this");
    records.add(other);
    Heard heard = new Heard();

    HeldOutScores scores =
        new HeldOutEvaluation(model, BatchSettings.defaults(), OptionalInt.of(48), heard)
            .of(records);

    Map<String, Metric> all = scores.results().get(0).metrics();
    double n = records.size();
    assertThat(all.get("exact_match").value()).isCloseTo((n - 1) / n, within(1e-12));
    assertThat(heard.answered).isEqualTo(records.size());
  }

  @Test
  void whoListensCanGiveUp() throws Exception {
    List<HeldOutRecord> records = List.of(record("a", "", "b"), record("c", "", "d"));
    Heard impatient =
        new Heard() {
          @Override
          public void answered(int records, int all) {
            throw new CancellationException("out of time");
          }
        };

    assertThatThrownBy(
            () ->
                new HeldOutEvaluation(
                        model, BatchSettings.defaults(), OptionalInt.of(400), impatient)
                    .of(records))
        .isInstanceOf(CancellationException.class);
    // the model is free for others
    assertThat(
            new HeldOutEvaluation(model, BatchSettings.defaults(), OptionalInt.of(2), new Heard())
                .of(records)
                .records())
        .hasSize(2);
  }

  private static List<JsonNode> goldens() throws IOException {
    List<JsonNode> goldens = new ArrayList<>();
    for (String line : Files.readAllLines(NEOX.resolve("golden/generate.jsonl"))) {
      JsonNode golden = JSON.readTree(line);
      if (golden.path("max_new_tokens").asInt() == 48) {
        goldens.add(golden);
      }
    }
    assertThat(goldens).isNotEmpty();
    return goldens;
  }

  private static HeldOutRecord record(String instruction, String context, String response) {
    return new HeldOutRecord(
        instruction, new InstructionText(instruction, context, response, "any"));
  }

  private static class Heard implements HeldOutListener {
    int scored;
    int answered;

    @Override
    public void scored(int records, int all) {
      scored = records;
    }

    @Override
    public void answered(int records, int all) {
      answered = records;
    }
  }
}
