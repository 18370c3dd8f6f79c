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
import dev.dolly.inference.generate.ResponseLogprobs;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.TokenLogprob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred prompts that draw with seeds get the same tokens one by one, 32 at a time, and through
 * a chain whose task fails, but where a draw lies within 1e-5 of a boundary; in deterministic mode
 * the same bits, without exception.
 */
@Timeout(300)
class SeededCompanyTest {
  private static final int MAX_CLOSE = 3; // of some 4,000 draws with two boundaries nearby each
  private static final int FAILURES = 4;
  private static final int CHAIN_BATCH = 8; // so that answers take several checkpoints
  private static final BatchSettings SETTINGS = BatchSettings.defaults().withCacheBytes(64 << 20);

  private static final List<Prompt> PROMPTS = SeededPrompts.all();
  private static LanguageModel model;
  private static List<Course> alone;

  @TempDir private Path directory;

  /** An answer, its tokens as a response shows them. */
  private record Course(String text, List<TokenLogprob> logprobs) {
    List<String> tokens() {
      return logprobs.stream().map(TokenLogprob::getToken).toList();
    }
  }

  @BeforeAll
  static void load() {
    model =
        LanguageModel.load(
            ModelDirectory.open(Fixtures.model("neox")), ComputeSettings.of(DType.FLOAT32));
    alone = alone(SETTINGS);
  }

  @AfterAll
  static void unload() {
    model.close();
  }

  @Test
  void theSameTokensAloneAndInCompany() throws Exception {
    PendingGenerations pending = new PendingGenerations();
    try (ContinuousBatcher batcher =
        ContinuousBatcher.start(model, SETTINGS.withMaxBatch(32), pending::complete)) {
      List<Generation> generations =
          batcher.submitAll(
              PROMPTS.stream()
                  .map(prompt -> EngineRequests.of(prompt, model.promptFormat()))
                  .toList());
      generations.forEach(generation -> pending.add(generation).join());
      assertThatTokensAreThoseAlone(generations.stream().map(SeededCompanyTest::course).toList());
    }
  }

  @Test
  void theSameTokensThroughAChainThatFails() throws Exception {
    List<Response> responses = throughAChainThatFails(Map.of());
    assertThatTokensAreThoseAlone(
        responses.stream().map(r -> new Course(r.getText(), r.getLogprobs())).toList());
  }

  @Test
  void theSameBitsInDeterministicModeThroughAChainThatFails() throws Exception {
    List<Response> responses = throughAChainThatFails(Map.of("engine.deterministic", "true"));
    List<Course> expected = alone(SETTINGS.withMaxBatch(CHAIN_BATCH).withDeterministic(true));
    for (int i = 0; i < SeededPrompts.COUNT; i++) {
      Response response = responses.get(i);
      assertThat(new Course(response.getText(), response.getLogprobs()))
          .as("prompt %d", i)
          .isEqualTo(expected.get(i));
      assertThat(response.getDeterministic()).isTrue();
    }
  }

  /** One after the other. */
  private static List<Course> alone(BatchSettings settings) {
    PendingGenerations pending = new PendingGenerations();
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, pending::complete)) {
      List<Course> courses = new ArrayList<>();
      for (Prompt prompt : PROMPTS) {
        Generation generation = batcher.submit(EngineRequests.of(prompt, model.promptFormat()));
        pending.add(generation).join();
        courses.add(course(generation));
      }
      return courses;
    }
  }

  private static Course course(Generation generation) {
    return new Course(
        ((Outcome.Finished) generation.outcome().orElseThrow()).text(),
        new ResponseLogprobs(model.tokenizer()).of(generation.generated()));
  }

  /** The answers in the prompts' order. */
  private List<Response> throughAChainThatFails(Map<String, String> differing) throws Exception {
    Map<String, String> settings = new HashMap<>(differing);
    settings.put("inference.max-batch", Integer.toString(CHAIN_BATCH));
    settings.put("inference.checkpoint-interval", "200 ms");
    try (RunningChain chain = new RunningChain(directory, "neox", settings, FailingJob::build)) {
      FailingJob.plan(FAILURES, SeededPrompts.COUNT, new Random(FAILURES));
      for (int i = 0; i < SeededPrompts.COUNT; i++) {
        chain.send(SeededPrompts.json(i));
      }
      chain.assertOneAnswerEach(
          IntStream.range(0, SeededPrompts.COUNT).mapToObj(Integer::toString).toList());
      assertThat(FailingJob.left()).as("failures that were not thrown").isEmpty();
      assertThat(chain.restarts()).isEqualTo(FAILURES);
      assertThat(chain.responses)
          .as("answers that went on after a failure")
          .anyMatch(response -> response.getResumedTokens() > 0);
      Response[] inOrder = new Response[SeededPrompts.COUNT];
      chain.responses.forEach(r -> inOrder[Integer.parseInt(r.getRequestId())] = r);
      return List.of(inOrder);
    }
  }

  private static void assertThatTokensAreThoseAlone(List<Course> courses) throws Exception {
    int close = 0;
    try (CloseDraws draws = new CloseDraws("neox")) {
      for (int i = 0; i < SeededPrompts.COUNT; i++) {
        if (!courses.get(i).tokens().equals(alone.get(i).tokens())) {
          String common = draws.textBefore(PROMPTS.get(i)).orElseThrow();
          assertThat(alone.get(i).text()).startsWith(common);
          assertThat(courses.get(i).text()).startsWith(common);
          close++;
        }
      }
    }
    assertThat(close).isLessThanOrEqualTo(MAX_CLOSE);
  }
}
