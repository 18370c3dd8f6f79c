package dev.dolly.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.cli.LinePipeline.Result;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.scoring.Continuations;
import dev.dolly.engine.scoring.Score;
import dev.dolly.engine.scoring.Scorer;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolly score}. */
@Command(
    name = "score",
    description = {
      "For each line {\"context\", \"continuation\"} of standard input prints {\"loglikelihood\","
          + " \"is_greedy\"}: the sum of the log-probabilities of the continuation's tokens, and"
          + " whether each was the likeliest.",
      "A line that can't be served gives {\"request_id\", \"error_code\", \"message\"} in its place;"
          + " the exit code is then 1."
    })
final class ScoreCommand implements Callable<Integer> {
  private static final int WINDOW = 64;
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Terminal terminal;

  @Mixin private ModelOptions model;

  ScoreCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    boolean allServed;
    try (LanguageModel loaded = LanguageModel.load(model.open(), model.compute());
        Scorer scorer = new Scorer(loaded);
        ScorerThread thread = new ScorerThread()) {
      Continuations texts = new Continuations(loaded.tokenizer(), loaded.window());
      thread.executor.submit(loaded::prepareThread).get();
      allServed =
          new LinePipeline(terminal, WINDOW)
              .run(
                  (number, line) ->
                      CompletableFuture.supplyAsync(
                          () -> score(scorer, texts, number, line), thread.executor));
    }
    if (!allServed) {
      throw new CommandException("some lines could not be served, see theirs");
    }
    return 0;
  }

  /** Computes; closed before what it computes with, whose native memory it reads. */
  static final class ScorerThread implements AutoCloseable {
    final ExecutorService executor =
        Executors.newSingleThreadExecutor(r -> new Thread(r, "dolly-scorer"));

    /** Drops what has not begun and waits for what has, which nothing can cut short. */
    @Override
    public void close() {
      executor.shutdownNow();
      boolean interrupted = false;
      boolean ended = false;
      while (!ended) {
        try {
          ended = executor.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What is wrong with a line. */
  private static final class LineException extends Exception {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;

    LineException(ErrorCode code, String message) {
      super(message);
      this.code = code;
    }
  }

  private static Result score(Scorer scorer, Continuations texts, long number, byte[] line) {
    try {
      JsonNode request = parse(line);
      Score score;
      try {
        score =
            scorer
                .score(
                    List.of(texts.encode(text(request, "context"), text(request, "continuation"))))
                .get(0);
      } catch (IllegalArgumentException e) {
        throw new LineException(ErrorCode.OUT_OF_RANGE, e.getMessage());
      }
      return new Result(
          Json.line(
              Json.object()
                  .put("loglikelihood", score.logLikelihood())
                  .put("is_greedy", score.greedy())),
          true);
    } catch (LineException e) {
      return new Result(StdinLine.error(number, e.code, e.getMessage()), false);
    }
  }

  private static JsonNode parse(byte[] line) throws LineException {
    JsonNode request;
    try {
      request =
          STRICT.readTree(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString());
    } catch (CharacterCodingException e) {
      throw new LineException(ErrorCode.MALFORMED_JSON, "not UTF-8");
    } catch (JsonProcessingException e) {
      throw new LineException(ErrorCode.MALFORMED_JSON, e.getOriginalMessage());
    }
    if (request.isMissingNode()) {
      throw new LineException(ErrorCode.MALFORMED_JSON, "the line is empty");
    }
    if (!request.isObject()) {
      throw new LineException(ErrorCode.WRONG_TYPE, "a request must be a JSON object");
    }
    return request;
  }

  private static String text(JsonNode request, String field) throws LineException {
    JsonNode value = request.path(field);
    if (value.isMissingNode()) {
      throw new LineException(ErrorCode.MISSING_FIELD, field + " is missing");
    }
    if (!value.isTextual()) {
      throw new LineException(ErrorCode.WRONG_TYPE, field + " must be a string");
    }
    return value.textValue();
  }
}
