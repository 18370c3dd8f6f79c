package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.client.ChunkedAnswer;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.prompt.PromptParser;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dolly ask}. */
@Command(
    name = "ask",
    description = {
      "Asks the running stack and prints the answer as it is written. It ends with the committed"
          + " answer, or with an error when the prompt became a dead letter."
    })
final class AskCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(50);

  private final Terminal terminal;

  @Mixin private ClusterOptions cluster;

  @Parameters(paramLabel = "INSTRUCTION", description = "What the model shall do.")
  private String instruction;

  @Option(names = "--context", paramLabel = "TEXT", description = "Text the instruction is about.")
  private String context;

  @Mixin private ParamOptions params;

  @Option(names = "--json", description = "Print the whole response, or dead letter, as JSON.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long to wait for the end of the answer (default: 5m).")
  private Duration timeout = Duration.ofMinutes(5);

  AskCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, ExecutionException {
    Cluster target = cluster.cluster();
    long end = System.nanoTime() + timeout.toNanos();
    try (AnswerReader answers = new AnswerReader(target, target.schemas(timeout), true);
        RawPrompts prompts = new RawPrompts(target)) {
      Origin origin = prompts.send(prompt()).get().origin();
      String id = PromptParser.derivedId(origin);
      GrowingText text = new GrowingText();
      ChunkedAnswer chunks = new ChunkedAnswer();
      while (System.nanoTime() < end) {
        for (AnswerReader.Event event : answers.poll(POLL)) {
          if (!event.requestId().equals(id)) {
            continue;
          }
          if (event instanceof AnswerReader.Chunk chunk && !json) {
            chunks.add(chunk.chunk());
            text.show(chunks.text());
          } else if (event instanceof AnswerReader.Answered answered) {
            answered(answered.response(), text);
            return 0;
          } else if (event instanceof AnswerReader.Dead dead) {
            throw dead(dead.letter());
          }
        }
      }
      throw new CommandException(
          "no answer to %s within %d s; it goes on, `dolly consume` will show it"
              .formatted(id, timeout.toSeconds()));
    }
  }

  private byte[] prompt() {
    ObjectNode prompt = Json.object().put("instruction", instruction);
    if (context != null) {
      prompt.put("context", context);
    }
    prompt.set("params", params.json());
    return Json.line(prompt).getBytes(StandardCharsets.UTF_8);
  }

  private void answered(Response response, GrowingText text) {
    if (json) {
      terminal.result(Json.line(Json.of(response)));
      return;
    }
    text.end(response.getText());
    terminal.progress(terminal.dim(Summary.of(response)));
  }

  private CommandException dead(DeadLetter letter) {
    if (json) {
      terminal.result(Json.line(Json.of(letter)));
    }
    return new CommandException(letter.getErrorCode() + ": " + letter.getMessage());
  }

  /** Standard output, on which text can grow but not be taken back. */
  private final class GrowingText {
    private String shown = "";

    /** Writes what the text has beyond what stands there; waits while it has less. */
    void show(String text) {

      if (text.startsWith(shown)) {
        terminal.out().print(text.substring(shown.length()));
        terminal.out().flush();
        shown = text;
      }
    }

    /** The authoritative text: written anew where what stands there was another attempt's. */
    void end(String text) {
      if (!text.startsWith(shown)) {
        terminal.out().print("\n");
        terminal.progress("(interrupted and written anew)");
        shown = "";
      }
      show(text);
      terminal.result("");
    }
  }
}
