package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.cli.LinePipeline.Result;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.inference.generate.EngineRequests;
import dev.dolly.inference.generate.ResponseLogprobs;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.prompt.ParsedPrompt;
import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.prompt.PromptParser;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolly generate}. */
@Command(
    name = "generate",
    description = {
      "Answers each line of standard input, a prompt such as {\"instruction\": \"…\"}, with the"
          + " engine alone, no Kafka: one JSON object a line, in the order of the input.",
      "A line that can't be served gives {\"request_id\", \"error_code\", \"message\"} in its place;"
          + " the rest go on, and the exit code is then 1."
    })
final class GenerateCommand implements Callable<Integer> {
  /** Lines under way for each place in the batch: enough that none is ever empty. */
  private static final int AHEAD = 4;

  private final Terminal terminal;
  private final PromptParser parser = new PromptParser(PromptLimits.defaults());

  @Mixin private ModelOptions model;

  @Option(
      names = "--token-ids",
      description = "Print prompt_ids and generated_ids too, the ending token included.")
  private boolean tokenIds;

  @Mixin private DeterministicOption deterministic;

  GenerateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    boolean allServed;
    PendingGenerations pending = new PendingGenerations();
    BatchSettings batch = model.batch().withDeterministic(deterministic.isSet());
    try (LanguageModel loaded = LanguageModel.load(model.open(), model.compute());
        ContinuousBatcher batcher = ContinuousBatcher.start(loaded, batch, pending::complete)) {
      PromptFormat format = loaded.promptFormat();
      ResponseLogprobs logprobs = new ResponseLogprobs(loaded.tokenizer());
      allServed =
          new LinePipeline(terminal, AHEAD * batch.maxBatch())
              .run((number, line) -> begin(number, line, format, logprobs, batcher, pending));
    }
    if (!allServed) {
      throw new CommandException("some lines could not be served, see theirs");
    }
    return 0;
  }

  private CompletableFuture<Result> begin(
      long number,
      byte[] line,
      PromptFormat format,
      ResponseLogprobs logprobs,
      ContinuousBatcher batcher,
      PendingGenerations pending) {
    ParsedPrompt parsed = parser.parse(line, StdinLine.place(number), System.currentTimeMillis());
    if (parsed instanceof ParsedPrompt.Accepted accepted) {
      Prompt prompt = accepted.prompt();
      Generation generation = batcher.submit(EngineRequests.of(prompt, format));
      return pending
          .add(generation)
          .thenApply(outcome -> result(prompt, generation, outcome, logprobs));
    }
    ParsedPrompt.Rejected rejected = (ParsedPrompt.Rejected) parsed;
    String id =
        rejected.requestId() == null
            ? PromptParser.derivedId(StdinLine.place(number))
            : rejected.requestId();
    return CompletableFuture.completedFuture(
        new Result(StdinLine.error(id, rejected.code(), rejected.message()), false));
  }

  private Result result(
      Prompt prompt, Generation generation, Outcome outcome, ResponseLogprobs logprobs) {
    if (outcome instanceof Outcome.Failed failed) {
      ErrorCode code = ErrorCode.valueOf(failed.fault().name());
      return new Result(StdinLine.error(prompt.getRequestId(), code, failed.message()), false);
    }
    Outcome.Finished finished = (Outcome.Finished) outcome;
    int[] ids = generation.ids();
    ObjectNode line =
        Json.object()
            .put("request_id", prompt.getRequestId())
            .put("text", finished.text())
            .put("finish_reason", finished.reason().name())
            .put("prompt_tokens", generation.request().promptIds().length)
            .put("generated_tokens", ids.length);
    if (tokenIds) {
      line.set("prompt_ids", Json.array(generation.request().promptIds()));
      line.set("generated_ids", Json.array(ids));
    }
    if (generation.request().logprobs() > 0) {
      line.set("logprobs", Json.array(logprobs.of(generation.generated())));
    }
    line.put("seed", generation.request().seed());
    line.set(
        "timings",
        Json.object()
            .put("queued_ms", generation.timings().queuedMillis())
            .put("prefill_ms", generation.timings().prefillMillis())
            .put("decode_ms", generation.timings().decodeMillis()));
    return new Result(Json.line(line), true);
  }
}
