package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.prompt.ParsedPrompt;
import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.prompt.PromptParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A hundred prompts that draw with seeds and want log-probabilities; their ids are 0 to 99. */
final class SeededPrompts {
  static final int COUNT = 100;

  private SeededPrompts() {}

  /** As a client sends it. */
  static String json(int index) {
    Random random = new Random(index);
    ObjectNode params =
        Json.object()
            .put("seed", random.nextLong())
            .put("logprobs", 2)
            .put("max_new_tokens", 10 + random.nextInt(60));
    ObjectNode prompt =
        Json.object()
            .put("request_id", Integer.toString(index))
            .put(
                "instruction",
                "Tell me of " + random.nextInt() + " " + "things ".repeat(index % 20));
    prompt.set("params", params);
    return Json.line(prompt);
  }

  /** All of them, as the job reads them. */
  static List<Prompt> all() {
    PromptParser parser = new PromptParser(PromptLimits.defaults());
    return IntStream.range(0, COUNT)
        .mapToObj(
            i -> parser.parse(json(i).getBytes(StandardCharsets.UTF_8), StdinLine.place(i), 0))
        .map(parsed -> ((ParsedPrompt.Accepted) parsed).prompt())
        .toList();
  }
}
