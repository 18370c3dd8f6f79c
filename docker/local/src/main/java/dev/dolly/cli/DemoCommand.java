package dev.dolly.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import dev.dolly.local.LocalStack;
import dev.dolly.local.StackAddress;
import dev.dolly.schemas.prompt.PromptParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolly demo}. */
@Command(
    name = "demo",
    description = {
      "Runs the whole chain for a moment: starts a stack, sends twenty instructions to it, shows the"
          + " answers as they are committed, then the totals, and stops. Answers are greedy unless"
          + " --temperature, --top-p or --top-k says how to draw.",
      "It keeps nothing and takes any free ports."
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Terminal terminal;

  @Mixin private StackOptions stack;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where to work (default: a new directory in .dolly/); removed at the end, but kept after"
              + " a failure.")
  private Path data;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "Instructions, one JSON object a line (default: twenty of dolly-mini's world; with --model"
              + " twenty of databricks-dolly-15k).")
  private Path prompts;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Send that many at most.")
  private int limit = Integer.MAX_VALUE;

  @Mixin private ParamOptions params;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long to wait for all answers (default: 5m).")
  private Duration timeout = Duration.ofMinutes(5);

  DemoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<JsonNode> instructions = instructions();
    return new WorkingDirectory(terminal, data, "demo-")
        .run(stack, terminal::timed, (running, settings) -> run(running, instructions));
  }

  private void run(LocalStack running, List<JsonNode> instructions) throws InterruptedException {
    StackAddress address = running.address();
    Cluster cluster = new Cluster(address.bootstrap(), address.registry());
    Scoreboard scoreboard = new Scoreboard(terminal, instructions.size());
    try (AnswerReader answers = new AnswerReader(cluster, cluster.schemas(timeout), false);
        RawPrompts raw = new RawPrompts(cluster)) {
      Map<String, JsonNode> asked = new HashMap<>();
      for (JsonNode instruction : instructions) {
        RawPrompts.Sent sent = raw.send(prompt(instruction)).get();
        asked.put(PromptParser.derivedId(sent.origin()), instruction);
      }
      Instant end = Instant.now().plus(timeout);
      while (!asked.isEmpty()) {
        running.check();
        if (Instant.now().isAfter(end)) {
          throw new CommandException(
              "%d of %d prompts have no answer after %d s"
                  .formatted(asked.size(), instructions.size(), timeout.toSeconds()));
        }
        for (AnswerReader.Event event : answers.poll(POLL)) {
          JsonNode instruction = asked.remove(event.requestId());
          if (event instanceof AnswerReader.Answered answered) {
            scoreboard.answered(instruction, answered.response());
          } else if (event instanceof AnswerReader.Dead dead) {
            scoreboard.dead(instruction, dead.letter());
          }
        }
      }
    } catch (ExecutionException e) {
      throw new CommandException("the prompts could not be sent: " + e.getCause(), e);
    }
    scoreboard.totals();
  }

  private byte[] prompt(JsonNode instruction) {
    ObjectNode prompt = Json.object();
    prompt.set("instruction", instruction.get("instruction"));
    if (instruction.has("context")) {
      prompt.set("context", instruction.get("context"));
    }
    ObjectNode given = params.json();
    if (!given.has("max_new_tokens")) {
      given.put("max_new_tokens", 80);
    }
    if (!params.saysHowToDraw()) {
      given.put("do_sample", false);
    }
    prompt.set("params", given);
    return Json.line(prompt).getBytes(StandardCharsets.UTF_8);
  }

  private List<JsonNode> instructions() {
    String sample = stack.isBundled() ? "dolly-mini.jsonl" : "databricks-dolly-sample.jsonl";
    Path file = prompts == null ? Home.system().config("demo/" + sample) : prompts;
    List<JsonNode> instructions = new ArrayList<>();
    int number = 0;
    try {
      for (String line : Files.readAllLines(file)) {
        number++;
        if (!line.isBlank() && instructions.size() < limit) {
          JsonNode row = Json.parse(line);
          if (!row.path("instruction").isTextual()) {
            throw new CommandException(file + " line " + number + " has no instruction");
          }
          instructions.add(row);
        }
      }
    } catch (JsonProcessingException e) {
      throw new CommandException(file + " line " + number + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CommandException("cannot read " + file + ": " + e, e);
    }
    return instructions;
  }
}
