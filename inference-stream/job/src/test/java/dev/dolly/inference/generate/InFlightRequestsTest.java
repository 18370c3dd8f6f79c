package dev.dolly.inference.generate;

import static dev.dolly.inference.generate.PromptRecords.greedy;
import static dev.dolly.inference.generate.PromptRecords.params;
import static dev.dolly.inference.generate.PromptRecords.prompt;
import static dev.dolly.inference.generate.PromptRecords.sampled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.dolly.engine.batch.Generated;
import dev.dolly.inference.SettableClock;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.avro.TokenLogprob;
import dev.dolly.schemas.avro.TopLogprob;
import dev.dolly.schemas.prompt.Seeds;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class InFlightRequestsTest {
  private static final long OPENED = 1_700_000_000_000L;

  @RegisterExtension static final TestModel MODEL = new TestModel();

  private final Delivered delivered = new Delivered(MODEL.registry);
  private final PromptRecords records = new PromptRecords(MODEL.prompts());
  private final Counts tally = new Counts();
  private final SettableClock clock = new SettableClock(OPENED);
  private boolean deterministic;
  private SteppedRequests engine;
  private InFlightRequests requests;

  @BeforeEach
  void start() {
    start(Duration.ZERO, OPENED);
  }

  private void start(Duration chunkInterval, long opened) {
    startHeld(chunkInterval, opened);
    requests.letOut();
  }

  private void startHeld(Duration chunkInterval, long opened) {
    stop();
    clock.set(opened);
    engine =
        new SteppedRequests(
            MODEL, delivered, Quarantine.off(), tally, deterministic, chunkInterval, clock);
    requests = engine.requests;
  }

  @AfterEach
  void stop() {
    if (engine != null) {
      engine.close();
    }
  }

  private void restore(List<InFlightRequest> saved) {
    requests.restore(saved, List.of());
  }

  @Test
  void answersAsTheReferenceDoesAllPromptsInOneRunningBatch() throws Exception {
    List<Fixture.Golden> goldens = Fixture.goldens();
    for (int i = 0; i < goldens.size(); i++) {
      Fixture.Golden golden = goldens.get(i);
      requests.accept(records.of(greedy("q" + i, golden.instruction(), golden.context(), 48)));
    }
    engine.drainAll();
    assertThat(delivered.responses).hasSameSizeAs(goldens);
    assertThat(delivered.left).isEqualTo(goldens.size());
    for (int i = 0; i < goldens.size(); i++) {
      Fixture.Golden golden = goldens.get(i);
      Response response = delivered.response("q" + i);
      assertThat(response.getText()).isEqualTo(golden.text());
      assertThat(response.getPromptTokens()).isEqualTo(golden.promptTokens());
      assertThat(response.getGeneratedTokens()).isEqualTo(golden.generatedTokens());
      assertThat(response.getFinishReason()).isEqualTo(FinishReason.LENGTH);
      assertThat(delivered.rebuilt("q" + i)).isEqualTo(golden.text());
    }
  }

  @Test
  void saysWhereAnAnswerCameFrom() throws Exception {
    Origin raw = new Origin("dolly.prompts.raw", 1, 42L);
    requests.accept(records.of(sampled("own", "Why?", 3, 9L)));
    requests.accept(records.of(prompt("raw", "Why?", null, params(3), raw)));
    engine.drainAll();
    Response own = delivered.response("own");
    assertThat(own.getOrigin()).isEqualTo(new Origin("dolly.prompts", 3, 0L));
    assertThat(own.getSeed()).isEqualTo(9);
    assertThat(own.getMetadata()).containsEntry("from", "a test");
    assertThat(own.getCreatedAt()).isEqualTo(OPENED);
    assertThat(own.getResumedTokens()).isZero();
    assertThat(own.getDeterministic()).isFalse();
    assertThat(own.getEngine()).isEqualTo(MODEL.served.model().fingerprint());
    String digest = MODEL.served.model().digest();
    assertThat(own.getModel()).isEqualTo(new ModelRef("neox", digest, digest, "float32"));
    Response ingested = delivered.response("raw");
    assertThat(ingested.getOrigin()).isEqualTo(raw);
    assertThat(ingested.getSeed()).isEqualTo(Seeds.of("raw"));
  }

  @Test
  void givesUpOnlyTheRecordsThatCannotBeServed() throws Exception {
    byte[] noAvro = {7, 7, 7, 7, 7, 7};
    byte[] unknownSchema = {0, 0, 0, 9, 9, 1};
    byte[] brokenBody = {0, 0, 0, 0, 1, 2};
    requests.accept(records.record("a", noAvro));
    requests.accept(records.record(null, unknownSchema));
    requests.accept(records.record("c", brokenBody));
    requests.accept(records.of(greedy("blank", " \n", null, 4)));
    requests.accept(records.of(greedy("none", "Why?", null, 0)));
    requests.accept(records.of(greedy("long", "why ".repeat(Fixture.WINDOW), null, 4)));
    requests.accept(records.of(greedy("good", "Why?", null, 4)));
    engine.drainAll();
    assertThat(delivered.deadLetters)
        .extracting(
            DeadLetter::getErrorCode,
            DeadLetter::getRequestId,
            letter -> letter.getOrigin().getSource(),
            letter -> letter.getOrigin().getPartition(),
            letter -> letter.getOrigin().getOffset())
        .containsExactlyInAnyOrder(
            tuple(ErrorCode.MALFORMED_AVRO, "a", "dolly.prompts", 3, 0L),
            tuple(ErrorCode.UNKNOWN_SCHEMA, null, "dolly.prompts", 3, 1L),
            tuple(ErrorCode.MALFORMED_AVRO, "c", "dolly.prompts", 3, 2L),
            tuple(ErrorCode.EMPTY_INSTRUCTION, "blank", "dolly.prompts", 3, 3L),
            tuple(ErrorCode.OUT_OF_RANGE, "none", "dolly.prompts", 3, 4L),
            tuple(ErrorCode.PROMPT_TOO_LONG, "long", "dolly.prompts", 3, 5L));
    assertThat(delivered.deadLetters.get(0).getPayload().array()).isEqualTo(noAvro);
    assertThat(delivered.responses).extracting(Response::getRequestId).containsExactly("good");
    assertThat(delivered.left).isEqualTo(7);
  }

  @Test
  void endsACancelledRequestWithWhatThereIs() throws Exception {
    requests.accept(records.of(greedy("stop", "Why donuts have holes?", null, 400)));
    requests.accept(records.of(greedy("go", "Why donuts have holes?", null, 48)));
    engine.drainUntil(() -> delivered.chunksOf("stop").size() > 1);
    requests.accept(records.record("unheard", null));
    requests.accept(records.record(null, null));
    requests.accept(records.record("stop", null));
    assertThat(delivered.left).as("cancellations hold no place").isEqualTo(3);
    engine.drainAll();
    Response stopped = delivered.response("stop");
    assertThat(stopped.getFinishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(stopped.getGeneratedTokens()).isBetween(1, 399);
    assertThat(delivered.rebuilt("stop")).isEqualTo(stopped.getText()).isNotEmpty();
    assertThat(delivered.response("go").getText()).isEqualTo(Fixture.goldens().get(0).text());
    assertThat(delivered.left).isEqualTo(5);
  }

  @Test
  void endsAtAStopStringAndNeverShowsItInAChunk() throws Exception {
    String whole = Fixture.goldens().get(0).text();
    String stop = whole.substring(20, 23);
    requests.accept(
        records.of(
            prompt(
                "q",
                "Why donuts have holes?",
                null,
                params(48).setDoSample(false).setStop(List.of(stop)),
                null)));
    engine.drainAll();
    Response response = delivered.response("q");
    assertThat(response.getFinishReason()).isEqualTo(FinishReason.STOP);
    assertThat(response.getText())
        .isEqualTo(whole.substring(0, whole.indexOf(stop)).stripTrailing());
    assertThat(delivered.rebuilt("q")).isEqualTo(response.getText());
  }

  @Test
  void givesUpAPromptWhoseDeadlineHasPassed() throws Exception {
    requests.accept(
        records.of(Prompt.newBuilder(greedy("late", "Why?", null, 4)).setDeadlineAt(1L).build()));
    engine.drainAll();
    assertThat(delivered.responses).isEmpty();
    assertThat(delivered.deadLetters)
        .extracting(DeadLetter::getErrorCode, DeadLetter::getRequestId)
        .containsExactly(tuple(ErrorCode.DEADLINE_EXPIRED, "late"));
  }

  @Test
  void keepsTheTextOfARestoredRequestThatIsCancelledBeforeItsNextStep() throws Exception {
    requests.accept(records.of(greedy("q", "Why donuts have holes?", null, 400)));
    engine.drainUntil(() -> delivered.chunksOf("q").size() > 2);
    String before = delivered.rebuilt("q");
    List<InFlightRequest> snapshot = requests.snapshot();
    start(Duration.ZERO, OPENED + 1);
    requests.restore(snapshot, List.of());
    requests.accept(records.record("q", null));
    engine.drainAll();
    Response response = delivered.response("q");
    assertThat(response.getFinishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(response.getText()).startsWith(before);
    assertThat(delivered.rebuilt("q")).isEqualTo(response.getText());
  }

  @Test
  void goesOnWithRestoredIdsAndChunks() throws Exception {
    PromptRecord record = records.of(sampled("q", "Why donuts have holes?", 300, 7L));
    requests.accept(record);
    engine.drainAll();
    String undisturbed = delivered.response("q").getText();
    delivered.responses.clear();
    delivered.chunks.clear();

    start(Duration.ZERO, OPENED + 1);
    requests.accept(record);
    engine.drainUntil(() -> delivered.chunksOf("q").size() >= 5);
    List<InFlightRequest> snapshot = requests.snapshot();
    int chunksThen = delivered.chunksOf("q").size();
    engine.drainUntil(() -> delivered.chunksOf("q").size() >= 8); // lost work, chunks already out
    start(Duration.ZERO, OPENED + 2);
    requests.restore(snapshot, List.of());
    engine.drainAll();

    Response response = delivered.response("q");
    assertThat(response.getText()).isEqualTo(undisturbed);
    assertThat(response.getResumedTokens())
        .isEqualTo(snapshot.get(0).generated().count())
        .isGreaterThan(0);
    assertThat(response.getGeneratedTokens()).isGreaterThan(response.getResumedTokens());
    assertThat(delivered.chunksOf("q"))
        .filteredOn(chunk -> chunk.getAttempt() == OPENED + 2)
        .first()
        .extracting(ResponseChunk::getIndex)
        .isEqualTo(chunksThen);
    assertThat(delivered.rebuilt("q")).isEqualTo(undisturbed);
  }

  @Test
  void answersACompleteRestoredRequestWithoutAStep() throws Exception {
    PromptRecord record = records.of(greedy("q", "Why donuts have holes?", null, 48));
    requests.accept(record);
    while (requests.snapshot().get(0).generated().count() < 48) {
      engine.step(); // to the end, and nobody drains it
    }
    List<InFlightRequest> snapshot = requests.snapshot();
    start(Duration.ZERO, OPENED + 1);
    requests.restore(snapshot, List.of());
    engine.drainAll();
    Response response = delivered.response("q");
    assertThat(response.getText()).isEqualTo(Fixture.goldens().get(0).text());
    assertThat(response.getResumedTokens()).isEqualTo(48).isEqualTo(response.getGeneratedTokens());
    assertThat(tally.newTokens).isZero();
    assertThat(delivered.rebuilt("q")).isEqualTo(response.getText());
  }

  @Test
  void aCancellationOutlivesARestore() throws Exception {
    requests.accept(records.of(greedy("q", "Why donuts have holes?", null, 400)));
    engine.drainUntil(() -> delivered.chunksOf("q").size() > 1);
    requests.accept(records.record("q", null));
    List<InFlightRequest> snapshot = requests.snapshot(); // before the engine's next step
    start(Duration.ZERO, OPENED + 1);
    requests.restore(snapshot, List.of());
    engine.drainAll();
    Response response = delivered.response("q");
    assertThat(response.getFinishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(response.getGeneratedTokens()).isLessThan(400);
    assertThat(delivered.rebuilt("q")).isEqualTo(response.getText());
  }

  @Test
  void startsAgainWhenAnotherModelGeneratedTheIds() throws Exception {
    requests.accept(records.of(greedy("q", "Why donuts have holes?", null, 48)));
    engine.drainUntil(() -> delivered.chunksOf("q").size() >= 3);
    List<InFlightRequest> snapshot =
        requests.snapshot().stream()
            .map(
                r ->
                    new InFlightRequest(
                        r.record(),
                        new ModelRef("neox", "old", "0000", "float32"),
                        r.engine(),
                        r.seed(),
                        r.generated(),
                        r.attempt(),
                        r.chunks(),
                        false))
            .toList();
    start(Duration.ZERO, OPENED + 1);
    requests.restore(snapshot, List.of());
    engine.drainAll();
    Response response = delivered.response("q");
    assertThat(response.getResumedTokens()).isZero();
    assertThat(response.getText()).isEqualTo(Fixture.goldens().get(0).text());
    assertThat(delivered.chunksOf("q"))
        .filteredOn(chunk -> chunk.getAttempt() == OPENED + 1)
        .first()
        .extracting(ResponseChunk::getIndex)
        .isEqualTo(0);
    assertThat(delivered.rebuilt("q")).isEqualTo(response.getText());
  }

  @Test
  void saysHowProbableEachTokenWas() throws Exception {
    requests.accept(records.of(withLogprobs("all", 3)));
    requests.accept(records.of(greedy("none", "Why donuts have holes?", null, 48)));
    engine.drainAll();
    assertThat(delivered.response("none").getLogprobs()).isNull();
    Response response = delivered.response("all");
    assertThat(response.getText()).isEqualTo(Fixture.goldens().get(0).text());
    assertThat(response.getLogprobs()).hasSize(response.getGeneratedTokens());
    for (TokenLogprob token : response.getLogprobs()) {
      assertThat(token.getTop()).hasSize(3);
      // Greedy: what was chosen is the most probable.
      assertThat(token.getTop().get(0))
          .isEqualTo(new TopLogprob(token.getToken(), token.getLogprob()));
      assertThat(token.getTop())
          .extracting(TopLogprob::getLogprob)
          .isSortedAccordingTo(Comparator.reverseOrder());
    }
    // Characters of several tokens apart, the pieces are the text.
    String pieces =
        response.getLogprobs().stream().map(TokenLogprob::getToken).collect(Collectors.joining());
    assertThat(pieces.replaceAll("\ufffd+", "").strip())
        .isEqualTo(response.getText().replaceAll("[^\\x00-\\x7f]+", "").strip());
  }

  @Test
  void keepsLogProbabilitiesOverARestore() throws Exception {
    PromptRecord record = records.of(withLogprobs("q", 2));
    requests.accept(record);
    engine.drainAll();
    List<TokenLogprob> undisturbed = delivered.response("q").getLogprobs();
    delivered.responses.clear();
    start(Duration.ZERO, OPENED + 1);
    requests.accept(record);
    engine.drainUntil(() -> delivered.chunks.stream().anyMatch(c -> c.getAttempt() == OPENED + 1));
    List<InFlightRequest> snapshot = requests.snapshot();
    start(Duration.ZERO, OPENED + 2);
    requests.restore(snapshot, List.of());
    engine.drainAll();
    Response response = delivered.response("q");
    assertThat(response.getResumedTokens()).isPositive();
    assertThat(response.getLogprobs()).hasSameSizeAs(undisturbed);
    int kept = response.getResumedTokens();
    assertThat(response.getLogprobs().subList(0, kept)).isEqualTo(undisturbed.subList(0, kept));
    assertThat(response.getLogprobs())
        .extracting(TokenLogprob::getToken)
        .isEqualTo(undisturbed.stream().map(TokenLogprob::getToken).toList());
  }

  @Test
  void startsAgainWhereAnOlderStateHasNoLogProbabilities() throws Exception {
    requests.accept(records.of(withLogprobs("q", 2)));
    engine.drainUntil(() -> delivered.chunksOf("q").size() >= 3);
    InFlightRequest saved = requests.snapshot().get(0);
    start(Duration.ZERO, OPENED + 1);
    restore(
        List.of(
            new InFlightRequest(
                saved.record(),
                saved.model(),
                saved.engine(),
                saved.seed(),
                Generated.of(saved.generated().ids()),
                saved.attempt(),
                saved.chunks(),
                false)));
    engine.drainAll();
    Response response = delivered.response("q");
    assertThat(response.getResumedTokens()).isZero();
    assertThat(response.getLogprobs()).hasSize(response.getGeneratedTokens());
    assertThat(delivered.rebuilt("q")).isEqualTo(response.getText());
  }

  private static Prompt withLogprobs(String id, int count) {
    return prompt(
        id, "Why donuts have holes?", null, params(48).setDoSample(false).setLogprobs(count), null);
  }

  @Test
  void saysThatItWasDeterministicAndOnWhat() throws Exception {
    deterministic = true;
    start(Duration.ZERO, OPENED);
    requests.accept(records.of(greedy("q", "Why?", null, 3)));
    engine.drainAll();
    assertThat(delivered.response("q").getDeterministic()).isTrue();
    assertThat(delivered.response("q").getEngine())
        .isEqualTo(engine.batcher.fingerprint())
        .startsWith(MODEL.served.model().fingerprint());
  }

  @Test
  void isDeterministicOnlyWhereOneEngineGeneratedAllOfIt() throws Exception {
    deterministic = true;
    start(Duration.ZERO, OPENED);
    requests.accept(records.of(greedy("same", "Why donuts have holes?", null, 48)));
    requests.accept(records.of(greedy("other", "Why donuts have holes?", null, 48)));
    requests.accept(records.of(greedy("none", "Why donuts have holes?", null, 48)));
    engine.drainUntil(() -> delivered.chunksOf("other").size() >= 3);
    List<InFlightRequest> saved = requests.snapshot();
    InFlightRequest none = saved.get(2);
    start(Duration.ZERO, OPENED + 1);
    restore(
        List.of(
            saved.get(0),
            generatedBy("another machine", saved.get(1), saved.get(1).generated()),
            generatedBy("another machine", none, Generated.NONE)));
    engine.drainUntil(() -> delivered.chunksOf("other").size() >= 6);
    saved = requests.snapshot(); // it stays so when the first engine goes on again
    start(Duration.ZERO, OPENED + 2);
    restore(saved);
    engine.drainAll();
    assertThat(delivered.response("same").getResumedTokens()).isPositive();
    assertThat(delivered.responses)
        .extracting(Response::getRequestId, Response::getDeterministic)
        .containsExactlyInAnyOrder(tuple("same", true), tuple("other", false), tuple("none", true));
  }

  private static InFlightRequest generatedBy(
      String fingerprint, InFlightRequest request, Generated generated) {
    return new InFlightRequest(
        request.record(),
        request.model(),
        fingerprint,
        request.seed(),
        generated,
        request.attempt(),
        request.chunks(),
        false);
  }

  @Test
  void voidsChunksThatTheTextDoesNotGoOnFrom() throws Exception {
    requests.accept(records.of(greedy("q", "Why donuts have holes?", null, 48)));
    InFlightRequest fresh = requests.snapshot().get(0);
    engine.drainUntil(() -> delivered.chunksOf("q").size() >= 2);
    start(Duration.ZERO, OPENED + 1);
    restore(
        List.of(
            new InFlightRequest(
                fresh.record(),
                fresh.model(),
                fresh.engine(),
                fresh.seed(),
                Generated.NONE,
                OPENED,
                new ChunkProgress(2, 5, "other".hashCode()),
                false)));
    engine.drainAll();
    assertThat(delivered.rebuilt("q"))
        .isEqualTo(delivered.response("q").getText())
        .isEqualTo(Fixture.goldens().get(0).text());
  }

  @Test
  void countsAttemptsUpEvenWhereTheClockWentBack() throws Exception {
    requests.accept(records.of(greedy("q", "Why donuts have holes?", null, 20)));
    List<InFlightRequest> snapshot = requests.snapshot();
    start(Duration.ZERO, OPENED - 5_000);
    requests.restore(snapshot, List.of());
    engine.drainAll();
    assertThat(delivered.chunksOf("q"))
        .isNotEmpty()
        .allMatch(chunk -> chunk.getAttempt() == OPENED + 1);
  }

  @Test
  void countsAboveTheAttemptsOfOtherSubtasksForPromptsThatAreReadAgain() throws Exception {
    start(Duration.ZERO, OPENED - 5_000);
    requests.restore(List.of(), List.of(OPENED - 7_000, OPENED + 3));
    assertThat(requests.attempt()).isEqualTo(OPENED + 4);
    requests.accept(records.of(greedy("q", "Why donuts have holes?", null, 20)));
    engine.drainAll();
    assertThat(delivered.chunksOf("q"))
        .isNotEmpty()
        .allMatch(chunk -> chunk.getAttempt() == OPENED + 4);
  }

  @Test
  void letsNothingOutThatACheckpointDoesNotKnowTheAttemptOf() throws Exception {
    startHeld(Duration.ZERO, OPENED);
    requests.accept(records.of(greedy("q", "Why donuts have holes?", null, 48)));
    while (requests.snapshot().get(0).generated().count() < 48) {
      engine.step();
      requests.drain();
    }
    assertThat(delivered.chunks).isEmpty();
    assertThat(delivered.responses).isEmpty();
    assertThat(requests.snapshot()).hasSize(1);
    requests.letOut();
    engine.drainAll();
    assertThat(delivered.rebuilt("q"))
        .isEqualTo(delivered.response("q").getText())
        .isEqualTo(Fixture.goldens().get(0).text());
  }

  @Test
  void keepsTheIntervalBetweenChunks() throws Exception {
    start(Duration.ofHours(1), OPENED);
    requests.accept(records.of(greedy("q", "Why donuts have holes?", null, 48)));
    engine.drainAll();
    List<ResponseChunk> chunks = delivered.chunksOf("q");
    assertThat(chunks).hasSizeBetween(1, 2);
    assertThat(chunks.get(chunks.size() - 1).getLast()).isTrue();
    assertThat(delivered.rebuilt("q")).isEqualTo(Fixture.goldens().get(0).text());
  }

  @Test
  void failsWithTheEngineAndBlamesNoRequest() throws Exception {
    engine.failEngine();
    requests.accept(records.of(greedy("q", "Why?", null, 40)));
    assertThatThrownBy(engine::drainAll)
        .isInstanceOf(EngineFailedException.class)
        .hasRootCauseMessage("thrown into the engine");
    assertThat(delivered.deadLetters).isEmpty();
    assertThat(requests.snapshot()).hasSize(1);
  }
}
