package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A prompt that is in the engine each time the process of the jobs dies. */
@Timeout(400)
class UpQuarantineTest {
  private static final Pattern PID = Pattern.compile("pid=(\\d+) .*", Pattern.DOTALL);

  @TempDir private Path directory;

  private Path data;
  private Path model;

  @Test
  void threeAbortsMakeADeadLetterOfItAndThreeKillsDoNot() throws Exception {
    data = directory.resolve("data");
    model = directory.resolve("model");
    Invocation made = Invocation.of("", "models", "make", "pythia-70m", "--out", model.toString());
    assertThat(made.code()).as(made.err()).isZero();
    Path marks = Files.createDirectories(data.resolve("crashes/in-flight"));
    try (DollyProcess up = up();
        WatchService watch = marks.getFileSystem().newWatchService()) {
      marks.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      up.address();
      // One token a step, of a model whose steps take milliseconds: it is in the engine for seconds
      // before it gains any.
      send("poison", "word ".repeat(1500));
      Set<Long> dead = new HashSet<>();
      for (String signal : List.of("KILL", "KILL", "KILL", "ABRT", "ABRT", "ABRT")) {
        long pid = awaitMark(marks, watch, dead);
        DollyProcess.signal(signal, pid);
        dead.add(pid);
      }
      JsonNode letter = consume("dolly.dead-letters");
      assertThat(letter.get("request_id").asText()).isEqualTo("poison");
      assertThat(letter.get("error_code").asText()).isEqualTo("INTERNAL");

      send("neighbour", "Hello");
      assertThat(consume("dolly.responses").get("request_id").asText()).isEqualTo("neighbour");
    }
  }

  private DollyProcess up() throws IOException {
    return DollyProcess.start(
        directory,
        "up",
        "--free-ports",
        "--set=inference.prefill-chunk=1",
        "--model",
        model.toString(),
        "--data",
        data.toString());
  }

  private void send(String id, String instruction) {
    String prompt =
        Json.line(
            Json.object()
                .put("request_id", id)
                .put("instruction", instruction)
                .set("params", Json.object().put("max_new_tokens", 1)));
    Invocation produced = Invocation.of(prompt + "\n", "produce", "--data", data.toString());
    assertThat(produced.code()).isZero();
  }

  private JsonNode consume(String topic) throws IOException {
    Invocation run =
        Invocation.of(
            "",
            "consume",
            "--topic=" + topic,
            "--from=earliest",
            "--count=1",
            "--timeout=90s",
            "--data",
            data.toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.lines()).hasSize(1);
    return run.lines().get(0);
  }

  /** Waits until a process that lives has a prompt in its engine; returns which. */
  private static long awaitMark(Path marks, WatchService watch, Set<Long> dead) throws Exception {
    while (true) {
      try (Stream<Path> files = Files.list(marks)) {
        for (Path file : files.toList()) {
          long pid = pid(file);
          if (pid > 0 && !dead.contains(pid)) {
            return pid;
          }
        }
      }
      WatchKey key = watch.poll(90, TimeUnit.SECONDS);
      assertThat(key).as("a mark of a process other than %s", dead).isNotNull();
      key.pollEvents();
      key.reset();
    }
  }

  private static long pid(Path mark) throws IOException {
    try {
      Matcher line = PID.matcher(Files.readString(mark));
      return line.matches() ? Long.parseLong(line.group(1)) : 0;
    } catch (NoSuchFileException e) {
      return 0; // replaced meanwhile
    }
  }
}
