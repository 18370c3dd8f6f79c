package dev.dolly.inference.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.inference.LostAnswers;
import dev.dolly.schemas.prompt.PromptPosition;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromisesTest {
  private static final long MADE = 1_700_000_000_000L;
  private static final Duration HOUR = Duration.ofHours(1);

  private final Promises promises = new Promises(at(MADE));

  private static Clock at(long millis) {
    return Clock.fixed(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
  }

  private static PromptPosition prompt(int partition, long offset) {
    return new PromptPosition("dolly.prompts", partition, offset);
  }

  @Test
  void holdWhatWasAnsweredUntilItsCheckpointIsComplete() {
    assertThat(promises.snapshot(1)).isEmpty();
    promises.answered(prompt(0, 1));
    promises.answered(prompt(0, 2));
    assertThat(promises.snapshot(2))
        .containsExactly(new Promise(2, MADE, MADE, List.of(prompt(0, 1), prompt(0, 2))));
    promises.answered(prompt(0, 3));
    assertThat(promises.snapshot(3)).as("checkpoint 2 was not completed").hasSize(2);
    List<Promise> redeemed = promises.completed(2);
    assertThat(redeemed).extracting(Promise::checkpoint).containsExactly(2L);
    assertThat(promises.completed(2)).as("nobody is told twice").isEmpty();
    assertThat(promises.snapshot(4)).as("not known to be kept").hasSize(2);
    promises.settled(redeemed);
    assertThat(promises.snapshot(4)).extracting(Promise::checkpoint).containsExactly(3L);
    promises.settled(promises.completed(4));
    assertThat(promises.snapshot(5)).isEmpty();
  }

  @Test
  void stayOpenAfterARestoreUntilANewerCheckpointIsComplete() {
    Promise restored = new Promise(7, 1, 2, List.of(prompt(0, 1)));
    promises.restore(List.of(restored));
    assertThat(promises.snapshot(8)).containsExactly(restored);
    assertThat(promises.completed(8)).as("asked about already").isEmpty();
    assertThat(promises.snapshot(9)).isEmpty();
  }

  @Test
  void areReadAsTheyWereWritten() throws Exception {
    PromiseSerializer serializer = new PromiseSerializer();
    Promise promise = new Promise(7, 1, 2, List.of(prompt(3, 17), prompt(4, 1L << 40)));
    assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(promise)))
        .isEqualTo(promise);
    byte[] version1 =
        HexFormat.of()
            .parseHex(
                "0000000000000007"
                    + "0000000000000001"
                    + "0000000000000002"
                    + "00000001"
                    + "000d646f6c6c792e70726f6d707473"
                    + "00000003"
                    + "0000000000000011");
    assertThat(serializer.deserialize(1, version1))
        .isEqualTo(new Promise(7, 1, 2, List.of(prompt(3, 17))));
    assertThatThrownBy(() -> serializer.deserialize(2, version1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2");
  }

  /** Checks promises of MADE with these answers committed, that much later. */
  private static void check(
      Duration later, LostAnswers policy, Set<PromptPosition> committed, Promise... promises)
      throws InterruptedException {
    new LostAnswersCheck(
            (prompts, since) -> {
              assertThat(since).isLessThanOrEqualTo(MADE - 5_000);
              Set<PromptPosition> missing = new HashSet<>(prompts);
              missing.removeAll(committed);
              return missing;
            },
            HOUR,
            policy,
            at(MADE + later.toMillis()))
        .check(List.of(promises));
  }

  private static Promise made(long checkpoint, PromptPosition... prompts) {
    return new Promise(checkpoint, MADE - 5_000, MADE, List.of(prompts));
  }

  @Test
  void stopTheJobIfTheyWereNotKept() {
    assertThatThrownBy(
            () ->
                check(
                    HOUR,
                    LostAnswers.STOP,
                    Set.of(prompt(3, 20)),
                    made(7, prompt(3, 21), prompt(3, 17), prompt(3, 22), prompt(3, 20)),
                    made(8, prompt(10, 4))))
        .isInstanceOf(LostAnswersException.class)
        .hasMessageContaining("4 prompts")
        .hasMessageContaining("2023-11-14T22:13:20Z")
        .hasMessageContaining("dolly.prompts partition 10 offsets 4; ")
        .hasMessageContaining("dolly.prompts partition 3 offsets 17, 21-22")
        .hasMessageContaining("inference.lost-answers=accept");
  }

  @Test
  void letTheJobGoOnIfTheyWereKeptOrAccepted() {
    assertThatCode(
            () -> {
              check(
                  Duration.ofDays(3),
                  LostAnswers.STOP,
                  Set.of(prompt(3, 17)),
                  made(7, prompt(3, 17)));
              check(Duration.ofDays(3), LostAnswers.STOP, Set.of());
              check(Duration.ofDays(3), LostAnswers.ACCEPT, Set.of(), made(7, prompt(3, 17)));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void areNotAskedAboutWhileTheBrokerKeepsThem() {
    assertThatCode(
            () -> check(Duration.ofMinutes(20), LostAnswers.STOP, Set.of(), made(7, prompt(3, 17))))
        .doesNotThrowAnyException();
  }
}
