package dev.dolly.inference.generate;

import static dev.dolly.inference.generate.PromptRecords.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.dolly.inference.SettableClock;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Requests that were in the engine when the process died. */
@Timeout(60)
class SuspectsTest {
  @RegisterExtension static final TestModel MODEL = new TestModel();

  @TempDir private Path crashes;

  private final Delivered delivered = new Delivered(MODEL.registry);
  private final PromptRecords records = new PromptRecords(MODEL.prompts());
  private final PromptRecord a = records.of(greedy("a", "Why donuts have holes?", null, 48));
  private final PromptRecord b = records.of(greedy("b", "Why donuts have holes?", null, 48));
  private final PromptRecord c = records.of(greedy("c", "Why donuts have holes?", null, 48));
  private final Counts tally = new Counts();
  private final SettableClock clock = new SettableClock(1_700_000_000_000L);
  private Quarantine quarantine;
  private SteppedRequests engine;
  private InFlightRequests requests;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(crashes.resolve("in-flight"));
    quarantine = Quarantine.in(crashes);
    engine = new SteppedRequests(MODEL, delivered, quarantine, tally, false, Duration.ZERO, clock);
    requests = engine.requests;
    requests.letOut();
  }

  @AfterEach
  void stop() {
    engine.close();
    quarantine.close();
  }

  private Path mark(PromptRecord record) {
    return crashes.resolve("in-flight").resolve(record.position().toString());
  }

  /** As an earlier process left it; what it says was judged then. */
  private void suspect(PromptRecord record, int deaths, int tokens) throws IOException {
    Files.writeString(
        mark(record),
        "pid=0 started_at=0 deaths=%d tokens=%d prompt_at=1000\n".formatted(deaths, tokens));
  }

  private boolean inEngine(PromptRecord record) {
    try {
      return Files.readString(mark(record)).startsWith("pid=" + ProcessHandle.current().pid());
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void areTriedOneAtATimeBeforeAllOthers() throws Exception {
    suspect(b, 1, 0);
    suspect(c, 2, 0);
    List.of(b, c, a).forEach(requests::accept);
    assertThat(inEngine(b)).isTrue();
    assertThat(requests.outside()).isEqualTo(2);
    assertThat(Files.readString(mark(c))).startsWith("pid=0 ").contains("deaths=2");
    assertThat(requests.snapshot()).hasSize(3);

    engine.drainUntil(() -> !delivered.chunksOf("b").isEmpty());
    engine.drainUntil(() -> inEngine(c));
    assertThat(Files.readString(mark(b))).contains("deaths=0");
    assertThat(inEngine(a)).isFalse();

    engine.drainUntil(() -> inEngine(a));
    assertThat(Files.readString(mark(c))).contains("deaths=0");
    assertThat(delivered.chunksOf("a")).isEmpty();
    engine.drainAll();
    assertThat(delivered.texts())
        .containsOnlyKeys("a", "b", "c")
        .containsValue(Fixture.goldens().get(0).text());
    assertThat(crashes.resolve("in-flight")).isEmptyDirectory();
    assertThat(delivered.left).isEqualTo(3);
  }

  @Test
  void areOnTrialUntilTheyHaveMoreTokensThanEver() throws Exception {
    suspect(a, 1, 3);
    requests.accept(a);
    requests.accept(b);
    engine.drainUntil(() -> requests.snapshot().get(0).generated().count() >= 2);
    assertThat(Files.readString(mark(a))).contains("deaths=1 tokens=3");
    assertThat(inEngine(b)).isFalse();
    engine.drainUntil(() -> inEngine(b));
    assertThat(requests.snapshot().get(0).generated().count()).isGreaterThan(3);
    assertThat(Files.readString(mark(a))).contains("deaths=0");
    engine.drainAll();
  }

  @Test
  void areGivenUpAtTheThirdDeathAndNotComputed() throws Exception {
    suspect(a, 3, 0);
    requests.accept(a);
    requests.accept(b);
    assertThat(delivered.deadLetters)
        .extracting(DeadLetter::getErrorCode, DeadLetter::getRequestId)
        .containsExactly(tuple(ErrorCode.INTERNAL, "a"));
    assertThat(delivered.deadLetters.get(0).getMessage()).contains("died 3 times");
    engine.drainAll();
    assertThat(delivered.responses).extracting(Response::getRequestId).containsExactly("b");
    assertThat(mark(a)).as("until the dead letter is committed").exists();
    quarantine.snapshot(1);
    quarantine.completed(1);
    assertThat(mark(a)).doesNotExist();
  }

  @Test
  void holdBackOthersWhoseTimeCountsAsQueued() throws Exception {
    suspect(a, 1, 0);
    requests.accept(a);
    requests.accept(b);
    requests.accept(c);
    clock.advance(Duration.ofSeconds(5));
    requests.accept(records.record("c", null));
    requests.drain();
    assertThat(delivered.response("c").getTimings().getQueuedMs()).isEqualTo(5_000);
    engine.drainUntil(() -> inEngine(b));
    assertThat(tally.firstTokens).as("that of a, while it runs").containsExactly(5_000L);
    clock.advance(Duration.ofSeconds(2));
    engine.drainAll();
    assertThat(tally.firstTokens).containsExactly(5_000L, 7_000L);
    assertThat(delivered.response("b").getTimings().getQueuedMs()).isGreaterThanOrEqualTo(5_000);
  }

  @Test
  void canBeCancelledBeforeTheirTrial() throws Exception {
    suspect(a, 1, 0);
    suspect(b, 1, 0);
    List.of(a, b, c).forEach(requests::accept);
    requests.accept(records.record("b", null));
    requests.accept(records.record("c", null));
    requests.drain();
    assertThat(delivered.responses)
        .extracting(Response::getRequestId, Response::getFinishReason, Response::getText)
        .containsExactly(
            tuple("b", FinishReason.CANCELLED, ""), tuple("c", FinishReason.CANCELLED, ""));
    engine.drainAll();
    assertThat(delivered.response("a").getText()).isEqualTo(Fixture.goldens().get(0).text());
  }

  @Test
  void loseNothingThatTheyHadWhenTheyEndBeforeTheirTurn() throws Exception {
    requests.accept(a);
    requests.accept(b);
    engine.drainUntil(() -> delivered.chunksOf("b").size() >= 3);
    List<InFlightRequest> saved = requests.snapshot();
    String before = delivered.rebuilt("b");
    stop();
    suspect(a, 1, 0);
    start();
    requests.restore(saved, List.of());
    requests.accept(records.record("b", null));
    engine.drainAll();
    Response cancelled = delivered.response("b");
    assertThat(cancelled.getFinishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(cancelled.getText()).startsWith(before);
    assertThat(cancelled.getGeneratedTokens()).isEqualTo(saved.get(1).generated().count());
    assertThat(delivered.rebuilt("b")).isEqualTo(cancelled.getText());
  }

  @Test
  void holdBackOthersNotPastTheirDeadline() throws Exception {
    suspect(a, 1, 0);
    requests.accept(a);
    requests.accept(
        records.of(
            Prompt.newBuilder(greedy("late", "Why?", null, 4))
                .setDeadlineAt(clock.millis())
                .build()));
    requests.drain();
    assertThat(delivered.deadLetters)
        .extracting(DeadLetter::getErrorCode, DeadLetter::getRequestId)
        .containsExactly(tuple(ErrorCode.DEADLINE_EXPIRED, "late"));
    engine.drainAll();
  }

  @Test
  void waitForATrialElsewhere() throws Exception {
    suspect(a, 1, 0);
    try (Quarantine other = Quarantine.in(crashes)) {
      assertThat(other.beginTrial()).isTrue();
      requests.accept(a);
      assertThat(inEngine(a)).isFalse();
      assertThat(requests.holdsBack()).isTrue();
    }
    requests.drain();
    assertThat(inEngine(a)).isTrue();
    assertThat(requests.holdsBack()).isFalse();
    engine.drainAll();
  }

  @Test
  void areNoneWhereNothingSpeaksAgainstThem() throws Exception {
    List.of(a, b, c).forEach(requests::accept);
    assertThat(inEngine(a) && inEngine(b) && inEngine(c)).isTrue();
    engine.drainAll();
    assertThat(crashes.resolve("in-flight")).isEmptyDirectory();
  }
}
