package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.cli.LinePipeline.Result;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.prompt.ParsedPrompt;
import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.prompt.PromptParser;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.RecordTooLargeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolly produce}. */
@Command(
    name = "produce",
    description = {
      "Sends each line of standard input, a prompt such as {\"instruction\": \"…\"}, to the raw"
          + " prompt topic as it is, and prints where it lies and the request_id of its answer.",
      "A line that is no prompt is sent too: it becomes a dead letter, and its line here says why."
    })
final class ProduceCommand implements Callable<Integer> {
  private static final int WINDOW = 1000;

  private final Terminal terminal;
  private final PromptParser parser = new PromptParser(PromptLimits.defaults());

  @Mixin private ClusterOptions cluster;

  ProduceCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    boolean allSent;
    try (RawPrompts prompts = new RawPrompts(cluster.broker())) {
      allSent =
          new LinePipeline(terminal, WINDOW)
              .run((number, line) -> prompts.send(line).handle((s, e) -> result(line, s, e)));
    }
    if (!allSent) {
      throw new CommandException("some lines were not sent, see theirs");
    }
    return 0;
  }

  private Result result(byte[] line, RawPrompts.Sent sent, Throwable failure) {
    if (failure instanceof RecordTooLargeException) {
      ObjectNode said =
          Json.object()
              .put("error_code", ErrorCode.TOO_LARGE.name())
              .put("message", "not sent: " + failure.getMessage());
      return new Result(Json.line(said), false);
    }
    if (failure != null) {
      throw failure instanceof RuntimeException e ? e : new CommandException("not sent", failure);
    }
    ObjectNode said = Json.object();
    ParsedPrompt parsed = parser.parse(line, sent.origin(), sent.timestamp());
    if (parsed instanceof ParsedPrompt.Accepted accepted) {
      said.put("request_id", accepted.prompt().getRequestId());
    } else if (parsed instanceof ParsedPrompt.Rejected rejected) {
      if (rejected.requestId() != null) {
        said.put("request_id", rejected.requestId());
      }
      said.put("error_code", rejected.code().name()).put("message", rejected.message());
    }
    said.put("topic", sent.origin().getTopic())
        .put("partition", sent.origin().getPartition())
        .put("offset", sent.origin().getOffset());
    return new Result(Json.line(said), true);
  }
}
