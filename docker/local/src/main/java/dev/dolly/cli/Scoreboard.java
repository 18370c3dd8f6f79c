package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.Response;
import java.time.Duration;
import java.time.Instant;

/** Questions and answers as they come, then what they add up to. */
final class Scoreboard {
  private static final int CONTEXT = 160;

  private final Terminal terminal;
  private final int expected;

  private final Instant sent = Instant.now();
  private int shown;
  private int answers;
  private int deadLetters;
  private long tokens;
  private Duration toFirst = Duration.ZERO;

  Scoreboard(Terminal terminal, int expected) {
    this.terminal = terminal;
    this.expected = expected;
  }

  void answered(JsonNode instruction, Response response) {
    answers++;
    tokens += response.getGeneratedTokens();
    heading(instruction);
    print(indented(response.getText()));
    print(terminal.dim("      " + Summary.of(response)));
    end();
  }

  void dead(JsonNode instruction, DeadLetter letter) {
    deadLetters++;
    heading(instruction);
    print("      dead letter " + letter.getErrorCode() + ": " + letter.getMessage());
    end();
  }

  void totals() {
    double seconds = Duration.between(sent, Instant.now()).toMillis() / 1000.0;
    print(
        terminal.bold(
            "%d answers, %d dead letters, %d tokens in %.1f s (%.0f tokens/s)"
                .formatted(answers, deadLetters, tokens, seconds, tokens / seconds)));
    print("The first came %.1f s after the command.".formatted(toFirst.toMillis() / 1000.0));
    end();
  }

  private void heading(JsonNode instruction) {
    if (shown++ == 0) {
      toFirst = Terminal.sinceCalled();
    }
    String category = instruction.path("category").asText("");
    print(
        "%2d/%d  %s%s"
            .formatted(
                shown,
                expected,
                terminal.bold(instruction.get("instruction").textValue()),
                category.isEmpty() ? "" : terminal.dim("  [" + category + "]")));
    String context = instruction.path("context").asText("").replaceAll("\\s+", " ").strip();
    if (!context.isEmpty()) {
      int end =
          context.offsetByCodePoints(
              0, Math.min(CONTEXT, context.codePointCount(0, context.length())));
      print(
          terminal.dim(
              "      " + context.substring(0, end) + (end < context.length() ? " …" : "")));
    }
  }

  /** No control character of a model or a record reaches the terminal. */
  private static String indented(String text) {
    return "      " + text.replaceAll("[\\p{Cntrl}&&[^\\n]]", " ").replace("\n", "\n      ");
  }

  private void print(String line) {
    terminal.out().print(line + "\n");
  }

  private void end() {
    terminal.out().print("\n");
    terminal.out().flush();
  }
}
