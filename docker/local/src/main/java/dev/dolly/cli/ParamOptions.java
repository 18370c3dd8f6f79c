package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import java.util.List;
import picocli.CommandLine.Option;

/** How to generate: {@code params} of a prompt. What is not given has the prompt's own default. */
final class ParamOptions {
  @Option(names = "--max-new-tokens", paramLabel = "N", description = "Default: 256.")
  private Integer maxNewTokens;

  @Option(names = "--greedy", description = "Take the likeliest token at each step, draw none.")
  private boolean greedy;

  @Option(names = "--temperature", paramLabel = "X", description = "Default: 1.0.")
  private Double temperature;

  @Option(names = "--top-p", paramLabel = "X", description = "Default: 0.92.")
  private Double topP;

  @Option(names = "--top-k", paramLabel = "N", description = "Default: 0, off.")
  private Integer topK;

  @Option(names = "--seed", paramLabel = "N", description = "Default: from the request's id.")
  private Long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End the answer before this text. May be repeated.")
  private List<String> stop = List.of();

  /** Whether one of the options shapes what is drawn from. */
  boolean saysHowToDraw() {
    return temperature != null || topP != null || topK != null;
  }

  ObjectNode json() {
    ObjectNode params = Json.object();
    if (maxNewTokens != null) {
      params.put("max_new_tokens", maxNewTokens);
    }
    if (greedy) {
      params.put("do_sample", false);
    }
    if (temperature != null) {
      params.put("temperature", temperature);
    }
    if (topP != null) {
      params.put("top_p", topP);
    }
    if (topK != null) {
      params.put("top_k", topK);
    }
    if (seed != null) {
      params.put("seed", seed);
    }
    if (!stop.isEmpty()) {
      stop.forEach(params.putArray("stop")::add);
    }
    return params;
  }
}
