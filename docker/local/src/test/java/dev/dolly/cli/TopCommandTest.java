package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.local.StackAddress;
import dev.dolly.watch.OperatorMetrics;
import dev.dolly.watch.StackView;
import dev.dolly.watch.StackWatch;
import dev.dolly.watch.WatchedStack;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code top} finds out about a running stack. */
@Timeout(300)
class TopCommandTest {
  @TempDir private static Path directory;
  private static RunningChain chain;

  @BeforeAll
  static void start() throws InterruptedException {
    chain = new RunningChain(directory, "neox");
  }

  @AfterAll
  static void stop() {
    chain.close();
  }

  @Test
  void itSeesTheJobAndCountsWhatIsCommitted() throws Exception {
    WatchedStack stack = watched(chain.address.registry());
    int outcomes = chain.responses.size() + chain.deadLetters.size();
    try (StackWatch watch = new StackWatch(stack, Clock.systemUTC())) {
      assertThat(watch.look().topics().orElseThrow().answers()).isZero();
      for (int i = 0; i < 3; i++) {
        chain.send("{\"instruction\": \"a\", \"params\": {\"max_new_tokens\": 3}}");
      }
      chain.send("{}");
      chain.await(outcomes + 4);
      StackView view = watch.look();
      while (view.topics().orElseThrow().waiting() > 0
          || view.topics().orElseThrow().answers() < 3
          || view.topics().orElseThrow().deadLetters() < 1
          || view.job().orElseThrow().lastCheckpoint().isEmpty()
          || view.job().orElseThrow().metrics().sum("responses").orElse(0) < 3) {
        view = watch.look();
      }
      assertThat(view.topics().orElseThrow().answers()).isEqualTo(3);
      assertThat(view.topics().orElseThrow().deadLetters()).isEqualTo(1);
      assertThat(view.topics().orElseThrow().model().orElseThrow().getName()).isEqualTo("neox");
      assertThat(view.job().orElseThrow().state()).isEqualTo("RUNNING");
      assertThat(view.job().orElseThrow().restarts()).isZero();
      OperatorMetrics metrics = view.job().orElseThrow().metrics();
      assertThat(metrics.sum("batchCapacity")).hasValue(32);
      assertThat(metrics.sum("requestsInFlight")).hasValue(0);
      assertThat(metrics.sum("kvCacheCapacity").orElseThrow()).isPositive();
      assertThat(metrics.max("transactionTimeout")).hasValue(3_600_000);
      assertThat(metrics.max("timeToFirstToken_p99")).isPresent();
      assertThat(metrics.max("timeToFirstToken_median")).isPresent();
      assertThat(metrics.byLabel("code", "deadLetters")).containsKey("TOO_LARGE");
    }
  }

  @Test
  void aRegistryThatIsAwayHidesTheModelAlone() throws Exception {
    int outcomes = chain.responses.size() + chain.deadLetters.size();
    try (StackWatch watch = new StackWatch(watched("http://127.0.0.1:1"), Clock.systemUTC())) {
      assertThat(watch.look().topics().orElseThrow().answers()).isZero();
      chain.send("{\"instruction\": \"a\", \"params\": {\"max_new_tokens\": 3}}");
      chain.await(outcomes + 1);
      StackView view = watch.look();
      while (view.topics().orElseThrow().answers() == 0) {
        view = watch.look();
      }
      assertThat(view.topics().orElseThrow().model()).isEmpty();
    }
  }

  @Test
  void aStackThatIsAwayIsSeenAsAway() throws Exception {
    WatchedStack nobody =
        new WatchedStack(
            "http://127.0.0.1:1", "127.0.0.1:1", Optional.empty(), "job", "operator", "a", "b");
    try (StackWatch watch = new StackWatch(nobody, Clock.systemUTC())) {
      StackView view = watch.look();
      assertThat(view.job()).isEmpty();
      assertThat(view.topics()).isEmpty();
    }
  }

  @Test
  void onceIsOnePlainPicture() {
    Invocation top = top("--once");
    assertThat(top.err()).isEmpty();
    assertThat(top.code()).isZero();
    assertThat(top.out()).contains("RUNNING for").doesNotContain("\u001b");
    assertThat(top.out().lines()).anyMatch(line -> line.startsWith("KV cache"));
  }

  @Test
  void jsonIsOneObject() throws Exception {
    Invocation top = top("--once", "--json", "--interval=100ms");
    assertThat(top.lines()).hasSize(1);
    JsonNode view = top.lines().get(0);
    assertThat(view.path("job").path("state").asText()).isEqualTo("RUNNING");
    assertThat(view.path("topics").has("prompts_waiting")).isTrue();
  }

  @Test
  void noStackIsOneLine() {
    Invocation none = Invocation.of("", "top", "--once", "--data", directory + "/nowhere");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).startsWith("dolly: no stack is ready on").hasLineCount(1);
    Invocation half = Invocation.of("", "top", "--once", "--flink", "http://127.0.0.1:1");
    assertThat(half.code()).isEqualTo(2);
  }

  private static WatchedStack watched(String registry) {
    return new WatchedStack(
        chain.address.flink(),
        chain.address.bootstrap(),
        Optional.of(registry),
        "dolly-inference",
        "generate",
        "dolly-inference",
        "dolly-ingest");
  }

  private static Invocation top(String... arguments) {
    StackAddress address = chain.address;
    String[] all = new String[arguments.length + 5];
    System.arraycopy(arguments, 0, all, 5, arguments.length);
    all[0] = "top";
    all[1] = "--flink";
    all[2] = address.flink();
    all[3] = "--bootstrap";
    all[4] = address.bootstrap();
    return Invocation.of("", all);
  }
}
