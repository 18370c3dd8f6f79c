package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.preset.ModelPreset;
import dev.dolly.engine.preset.RandomModel;
import dev.dolly.engine.sampling.Sampling;
import dev.dolly.engine.scoring.Continuations;
import dev.dolly.engine.scoring.Scorer;
import dev.dolly.engine.scoring.TokenSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Native memory is owned: the process does not grow with steps, scores or reloads. */
class NativeMemoryTest {
  private static final long SLACK_KIB = 48 << 10;

  private final Fixture fixture = Fixture.all().get(0);

  @Test
  void stepsLeaveNothingBehind() throws Exception {
    try (LanguageModel model = fixture.load();
        AwaitableBatcher outcomes = new AwaitableBatcher(model, BatchSettings.defaults())) {
      generate(outcomes, 5);
      long before = residentKib();
      generate(outcomes, 25); // each step's logits alone are 64 KiB: 96 MiB if they stayed
      assertThat(residentKib() - before).isLessThan(SLACK_KIB);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noKindOfRequestLeavesATensorBehind(boolean deterministic, @TempDir Path directory)
      throws Exception {
    BatchSettings settings = new BatchSettings(8, 32, 64L << 20, deterministic);
    try (LanguageModel model = PoisonedModel.load(directory)) {
      int loaded = model.nativeTensors();
      try (AwaitableBatcher outcomes = new AwaitableBatcher(model, settings)) {
        int idle = model.nativeTensors();
        assertThat(idle).isEqualTo(loaded + 2 * model.config().layers());
        mixed(outcomes, 2);
        long before = residentKib();
        mixed(outcomes, 8);
        assertThat(residentKib() - before).isLessThan(SLACK_KIB);
        outcomes.awaitThat(() -> outcomes.batcher().running() == 0);
        assertThat(model.nativeTensors()).isEqualTo(idle);
      }
      assertThat(model.nativeTensors()).isEqualTo(loaded);
    }
  }

  /** Sampled, with log-probabilities, cancelled while they run, and going bad. */
  private static void mixed(AwaitableBatcher outcomes, int rounds) throws Exception {
    Random random = new Random(2);
    for (int round = 0; round < rounds; round++) {
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        int[] prompt = i % 4 == 3 ? PoisonedModel.prompt() : random.ints(50, 2, 500).toArray();
        GenerationRequest request =
            new GenerationRequest(
                "mixed",
                prompt,
                Generated.NONE,
                20,
                i % 2 == 0 ? Sampling.GREEDY : new Sampling(true, 1.0, 0.92, 0),
                i,
                i % 3 * 10,
                Answer.idsOnly(),
                0,
                OptionalLong.empty());
        generations.add(outcomes.batcher().submit(request));
      }
      Generation leaves = generations.get(0);
      outcomes.awaitThat(() -> leaves.count() > 0);
      outcomes.batcher().cancel(leaves);
      for (Generation generation : generations) {
        outcomes.await(generation);
      }
    }
  }

  @Test
  void scoresLeaveNothingBehind() throws Exception {
    try (LanguageModel model = fixture.load();
        Scorer scorer = new Scorer(model)) {
      score(model, scorer, 100);
      long before = residentKib();
      score(model, scorer, 1500);
      assertThat(residentKib() - before).isLessThan(SLACK_KIB);
    }
  }

  @Test
  void aClosedModelIsGone() throws Exception {
    reload(20);
    long before = residentKib();
    reload(150); // a model and its cache take over a MiB
    assertThat(residentKib() - before).isLessThan(SLACK_KIB);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "INT8"})
  void loadingNeedsLittleMoreThanTheWeights(DType dtype, @TempDir Path directory) throws Exception {
    Path tokenizer =
        Path.of(System.getProperty("dolly.repository"))
            .resolve("config/tokenizers/gpt-neox/tokenizer.json");
    RandomModel.write(
        ModelPreset.byName("pythia-160m").orElseThrow(),
        1,
        DType.BFLOAT16,
        directory,
        tokenizer,
        (written, total) -> {});
    long before = residentKib();
    Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // the peak counts from here
    try (LanguageModel model =
        LanguageModel.load(ModelDirectory.open(directory), ComputeSettings.of(dtype))) {
      long largest = 4L * model.config().vocabSize() * model.config().hiddenSize();
      long allowed = model.weightBytes() + 2 * largest + (64 << 20);
      assertThat(peakKib() - before).isLessThan(allowed >> 10);
    }
  }

  private static void generate(AwaitableBatcher outcomes, int rounds) throws Exception {
    Random random = new Random(1);
    Sampling sampling = new Sampling(true, 1.0, 0.92, 0);
    for (int round = 0; round < rounds; round++) {
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        int[] prompt = random.ints(20, 2, 500).toArray();
        generations.add(
            outcomes
                .batcher()
                .submit(
                    new GenerationRequest(
                        "r", prompt, Generated.NONE, 60, sampling, i, Answer.idsOnly())));
      }
      for (Generation generation : generations) {
        outcomes.await(generation);
      }
    }
  }

  private static void score(LanguageModel model, Scorer scorer, int rounds) {
    Continuations texts = new Continuations(model.tokenizer(), model.window());
    for (int i = 0; i < rounds; i++) {
      List<TokenSequence> choices =
          Stream.of(" Paris", " Rome, I think, number " + i)
              .map(choice -> texts.encode("The capital of France is", choice))
              .toList();
      scorer.score(List.of(choices), Scorer.Listener.NONE);
    }
  }

  private void reload(int times) {
    for (int i = 0; i < times; i++) {
      try (LanguageModel model = fixture.load();
          Scorer scorer = new Scorer(model)) {
        score(model, scorer, 1);
      }
    }
  }

  private static long residentKib() throws IOException {
    System.gc(); // DJL frees what the collector finds unreachable; owned memory is gone already
    return statusKib("VmRSS:");
  }

  private static long peakKib() throws IOException {
    return statusKib("VmHWM:");
  }

  private static long statusKib(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no " + field + " in /proc/self/status");
  }
}
