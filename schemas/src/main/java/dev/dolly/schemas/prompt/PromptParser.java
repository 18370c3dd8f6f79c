package dev.dolly.schemas.prompt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a {@link Prompt} of a JSON object, or says with a code why it can't: the one parser for
 * everything that takes prompts as JSON.
 *
 * <p>A prompt needs {@code instruction} and takes every field of {@link Prompt} under its name.
 * What is looked at, in this order: the size; whether it is JSON at all ({@link StrictJson}); the
 * fields as they stand in the text; whether the instruction is there; {@link PromptRules}.
 *
 * <p>What is not said gets a default that follows from the record alone, so a replay gives the same
 * prompt: {@code request_id} from its place, {@code params.seed} from request_id, {@code
 * submitted_at} from the record's timestamp, {@code origin} its place. A client's own {@code
 * origin} is kept: whoever carries prompts over from elsewhere says so with it. Nothing but lineage
 * depends on it; dead letters name the record's real place. {@code null} stands for "not given"
 * where Avro's field may be null, and is WRONG_TYPE elsewhere.
 *
 * <p>Immutable, safe for use from several threads.
 */
public final class PromptParser {

  private final PromptLimits limits;

  public PromptParser(PromptLimits limits) {
    this.limits = limits;
  }

  /** The id of a prompt that has none of its own: {@code topic-partition-offset}. */
  public static String derivedId(Origin place) {
    return place.getTopic() + "-" + place.getPartition() + "-" + place.getOffset();
  }

  /**
   * Parses one prompt.
   *
   * @param json the record's value; null is MALFORMED_JSON, as empty is
   * @param place where the record lies
   * @param timestamp the record's, epoch ms
   */
  public ParsedPrompt parse(byte[] json, Origin place, long timestamp) {
    return parse(json, place, timestamp, Map.of());
  }

  /**
   * Parses one prompt that came with more metadata beside it.
   *
   * @param json the record's value; null is MALFORMED_JSON, as empty is
   * @param place where the record lies
   * @param timestamp the record's, epoch ms
   * @param more metadata where the prompt's own does not say otherwise
   */
  public ParsedPrompt parse(byte[] json, Origin place, long timestamp, Map<String, String> more) {
    if (json == null) {
      return new ParsedPrompt.Rejected(
          ErrorCode.MALFORMED_JSON, "the value is null: there is no JSON value in it", null);
    }
    if (json.length > limits.maxBytes()) {
      return new ParsedPrompt.Rejected(
          ErrorCode.TOO_LARGE,
          "the prompt has " + json.length + " bytes: at most " + limits.maxBytes() + " are allowed",
          null);
    }
    StrictJson strict = new StrictJson("request_id");
    Rejection rejection;
    try (JsonParser parser = strict.check(json)) {
      Prompt prompt = read(parser, place, timestamp);
      if (!more.isEmpty()) {
        Map<String, String> all = new HashMap<>(more);
        all.putAll(prompt.getMetadata());
        prompt = Prompt.newBuilder(prompt).setMetadata(all).build();
      }
      Optional<Rejection> broken = limits.check(prompt);
      if (broken.isEmpty()) {
        broken = PromptRules.check(prompt);
      }
      if (broken.isEmpty()) {
        return new ParsedPrompt.Accepted(prompt);
      }
      rejection = broken.get();
    } catch (RejectedException e) {
      rejection = e.rejection();
    } catch (IOException e) {
      throw new UncheckedIOException("text that was read through once can't be read again", e);
    }
    String id = strict.watchedText();
    return new ParsedPrompt.Rejected(
        rejection.code(), rejection.message(), PromptRules.usable(id) ? id : null);
  }

  private static Prompt read(JsonParser parser, Origin place, long timestamp)
      throws IOException, RejectedException {
    parser.nextToken();
    JsonFields.requireObject(parser, "a prompt must be a JSON object");
    Prompt.Builder prompt =
        Prompt.newBuilder()
            .setRequestId(derivedId(place))
            .setSubmittedAt(timestamp)
            .setOrigin(place);
    PromptParams.Builder params = PromptParams.newBuilder();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "request_id" -> prompt.setRequestId(JsonFields.string(parser, field));
        case "instruction" -> prompt.setInstruction(JsonFields.string(parser, field));
        case "context" -> {
          String context = JsonFields.isNull(parser) ? "" : JsonFields.string(parser, field);
          prompt.setContext(context.isEmpty() ? null : context);
        }
        case "params" -> readParams(parser, params);
        case "priority" -> prompt.setPriority(JsonFields.int32(parser, field));
        case "deadline_at" ->
            prompt.setDeadlineAt(
                JsonFields.isNull(parser) ? null : (Long) JsonFields.int64(parser, field));
        case "metadata" -> prompt.setMetadata(JsonFields.stringMap(parser, field));
        case "submitted_at" ->
            prompt.setSubmittedAt(
                JsonFields.isNull(parser) ? timestamp : JsonFields.int64(parser, field));
        case "origin" -> prompt.setOrigin(JsonFields.isNull(parser) ? place : readOrigin(parser));
        default ->
            throw unknown(
                field,
                "a prompt",
                "request_id, instruction, context, params, priority, deadline_at, metadata,"
                    + " submitted_at and origin");
      }
    }
    if (!prompt.hasInstruction()) {
      throw new RejectedException(ErrorCode.MISSING_FIELD, "instruction is missing");
    }
    PromptParams read = params.build();
    if (read.getSeed() == null) {
      read = PromptParams.newBuilder(read).setSeed(Seeds.of(prompt.getRequestId())).build();
    }
    return prompt.setParams(read).build();
  }

  private static void readParams(JsonParser parser, PromptParams.Builder params)
      throws IOException, RejectedException {
    JsonFields.requireObject(parser, "params must be an object");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      String field = "params." + name;
      parser.nextToken();
      switch (name) {
        case "max_new_tokens" -> params.setMaxNewTokens(JsonFields.int32(parser, field));
        case "do_sample" -> params.setDoSample(JsonFields.bool(parser, field));
        case "temperature" -> params.setTemperature(JsonFields.number(parser, field));
        case "top_p" -> params.setTopP(JsonFields.number(parser, field));
        case "top_k" -> params.setTopK(JsonFields.int32(parser, field));
        case "seed" ->
            params.setSeed(
                JsonFields.isNull(parser) ? null : (Long) JsonFields.int64(parser, field));
        case "stop" -> params.setStop(JsonFields.strings(parser, field));
        case "logprobs" -> params.setLogprobs(JsonFields.int32(parser, field));
        default ->
            throw unknown(
                name,
                "params",
                "max_new_tokens, do_sample, temperature, top_p, top_k, seed, stop and logprobs");
      }
    }
  }

  private static Origin readOrigin(JsonParser parser) throws IOException, RejectedException {
    JsonFields.requireObject(parser, "origin must be an object");
    Origin.Builder origin = Origin.newBuilder();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      String field = "origin." + name;
      parser.nextToken();
      switch (name) {
        case "topic" -> origin.setTopic(JsonFields.string(parser, field));
        case "partition" -> origin.setPartition(JsonFields.int32(parser, field));
        case "offset" -> origin.setOffset(JsonFields.int64(parser, field));
        default -> throw unknown(name, "origin", "topic, partition and offset");
      }
    }
    if (!origin.hasTopic() || !origin.hasPartition() || !origin.hasOffset()) {
      throw new RejectedException(
          ErrorCode.MISSING_FIELD, "origin needs all of topic, partition and offset");
    }
    return origin.build();
  }

  private static RejectedException unknown(String field, String where, String known) {
    return new RejectedException(
        ErrorCode.UNKNOWN_FIELD,
        where + " has no field " + JsonFields.shown(field) + ": known are " + known);
  }
}
