package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.inference.generate.EngineRequests;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.prompt.ParsedPrompt;
import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.prompt.PromptParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A hundred prompts that draw with seeds get the same tokens one by one and 32 at a time, but where
 * a draw lies within 1e-5 of a boundary.
 */
class SeededCompanyTest {
  private static final int PROMPTS = 100;
  private static final int MAX_CLOSE = 3; // of some 4,000 draws with two boundaries nearby each

  @Test
  void theSameTokensAloneAndInCompany() throws Exception {
    List<Prompt> prompts = IntStream.range(0, PROMPTS).mapToObj(i -> prompt(i)).toList();
    List<Generation> alone = answers(prompts, 1);
    List<Generation> together = answers(prompts, 32);
    int close = 0;
    try (CloseDraws draws = new CloseDraws("neox")) {
      for (int i = 0; i < PROMPTS; i++) {
        if (!together.get(i).generated().equals(alone.get(i).generated())) {
          String common = draws.textBefore(prompts.get(i)).orElseThrow();
          assertThat(text(alone.get(i))).startsWith(common);
          assertThat(text(together.get(i))).startsWith(common);
          close++;
        }
      }
    }
    assertThat(close).isLessThanOrEqualTo(MAX_CLOSE);
  }

  private static List<Generation> answers(List<Prompt> prompts, int maxBatch) {
    PendingGenerations pending = new PendingGenerations();
    BatchSettings settings =
        BatchSettings.defaults().withMaxBatch(maxBatch).withCacheBytes(64 << 20);
    try (LanguageModel model =
            LanguageModel.load(
                ModelDirectory.open(Fixtures.model("neox")), ComputeSettings.of(DType.FLOAT32));
        ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, pending::complete)) {
      List<Generation> generations = new ArrayList<>();
      for (Prompt prompt : prompts) {
        generations.add(batcher.submit(EngineRequests.of(prompt, model.promptFormat())));
      }
      generations.forEach(generation -> pending.add(generation).join());
      return generations;
    }
  }

  private static Prompt prompt(int index) {
    Random random = new Random(index);
    String instruction = "Tell me of " + random.nextInt() + " " + "things ".repeat(index % 20);
    String line =
        Json.line(
            Json.object()
                .put("instruction", instruction)
                .set("params", Json.object().put("max_new_tokens", 10 + random.nextInt(60))));
    ParsedPrompt parsed =
        new PromptParser(PromptLimits.defaults())
            .parse(line.getBytes(StandardCharsets.UTF_8), StdinLine.place(index), 0);
    return ((ParsedPrompt.Accepted) parsed).prompt();
  }

  private static String text(Generation generation) {
    return ((Outcome.Finished) generation.outcome().orElseThrow()).text();
  }
}
