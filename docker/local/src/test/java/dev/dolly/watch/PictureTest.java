package dev.dolly.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.ModelRef;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PictureTest {
  private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

  private final Picture picture = new Picture();

  @Test
  void itSaysWhatTheStackDoes() {
    picture.add(view(0, 0));
    StackView view = view(10, 50);
    picture.add(view);
    assertThat(String.join("\n", picture.lines(view)))
        .contains("12:00:10Z   RUNNING for 0:01:10   restarts 2   model dolly 0123456789ab\n")
        .contains("5.0/s now   5.0/s last minute")
        .contains("1,234 prompts before the job, 5 before ingest")
        .contains("64 in flight   32 queued   32 running")
        .contains("███████████████░░░░░░░░░░░░░░░  50 %   100 of 200 tokens")
        .contains("p50 20 ms   p95 30 ms   p99 40 ms")
        .contains("TOO_LARGE 3")
        .contains("18 ms, 1.0 s ago (answers are lost after 1:00:00)   9 complete, 1 failed");
  }

  @Test
  void whatIsAwayIsSaidInWords() {
    StackView view = StackView.away(START);
    picture.add(view);
    assertThat(picture.lines(view))
        .anyMatch(line -> line.contains("Flink is away"))
        .anyMatch(line -> line.contains("broker") && line.contains("away"));
  }

  @Test
  void aStackThatJustStartedHasNoNumbersYet() {
    StackView view =
        new StackView(
            START,
            Optional.of(
                new JobView(
                    "INITIALIZING",
                    START.toEpochMilli(),
                    0,
                    0,
                    0,
                    Optional.empty(),
                    OperatorMetrics.none())),
            Optional.empty());
    picture.add(view);
    assertThat(picture.lines(view)).noneMatch(line -> line.contains("NaN"));
  }

  private static StackView view(int second, long answers) {
    Instant at = START.plusSeconds(second);
    Map<String, Double> metrics =
        Map.ofEntries(
            Map.entry("requestsInFlight", 64.0),
            Map.entry("requestsWaiting", 32.0),
            Map.entry("requestsRunning", 32.0),
            Map.entry("kvCacheTokens", 100.0),
            Map.entry("kvCacheCapacity", 200.0),
            Map.entry("timeToFirstToken_median", 20.0),
            Map.entry("timeToFirstToken_p95", 30.0),
            Map.entry("timeToFirstToken_p99", 40.0),
            Map.entry("code.TOO_LARGE.deadLetters", 3.0),
            Map.entry("code.INTERNAL.deadLetters", 0.0),
            Map.entry("transactionTimeout", 3_600_000.0));
    return new StackView(
        at,
        Optional.of(
            new JobView(
                "RUNNING",
                START.minusSeconds(60).toEpochMilli(),
                2,
                9,
                1,
                Optional.of(new FlinkRest.Completed(9, at.minusMillis(1018).toEpochMilli(), 18)),
                new OperatorMetrics(metrics, metrics))),
        Optional.of(
            new TopicsView(
                5,
                1234,
                answers,
                0,
                Optional.of(new ModelRef("dolly", "0123456789abcdef01234567", "d", "float32")))));
  }
}
