package dev.dolly.schemas.prompt;

import static dev.dolly.schemas.avro.ErrorCode.EMPTY_INSTRUCTION;
import static dev.dolly.schemas.avro.ErrorCode.MALFORMED_JSON;
import static dev.dolly.schemas.avro.ErrorCode.MISSING_FIELD;
import static dev.dolly.schemas.avro.ErrorCode.OUT_OF_RANGE;
import static dev.dolly.schemas.avro.ErrorCode.TOO_LARGE;
import static dev.dolly.schemas.avro.ErrorCode.UNKNOWN_FIELD;
import static dev.dolly.schemas.avro.ErrorCode.WRONG_TYPE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PromptParserTest {

  private static final Origin PLACE = new Origin("dolly.prompts.raw", 3, 42L);
  private static final long TIMESTAMP = 1_700_000_000_000L;

  private final PromptParser parser = new PromptParser(PromptLimits.defaults());

  private ParsedPrompt parse(String json) {
    return parser.parse(json.getBytes(StandardCharsets.UTF_8), PLACE, TIMESTAMP);
  }

  private Prompt accepted(String json) {
    ParsedPrompt parsed = parse(json);
    assertThat(parsed).isInstanceOf(ParsedPrompt.Accepted.class);
    return ((ParsedPrompt.Accepted) parsed).prompt();
  }

  private ParsedPrompt.Rejected rejected(String json) {
    return rejected(json.getBytes(StandardCharsets.UTF_8));
  }

  private ParsedPrompt.Rejected rejected(byte[] json) {
    ParsedPrompt parsed = parser.parse(json, PLACE, TIMESTAMP);
    assertThat(parsed).isInstanceOf(ParsedPrompt.Rejected.class);
    ParsedPrompt.Rejected rejected = (ParsedPrompt.Rejected) parsed;
    assertThat(rejected.message()).isNotBlank().doesNotContain("\n").hasSizeLessThan(400);
    return rejected;
  }

  private void assertRejected(String json, ErrorCode code, String... words) {
    ParsedPrompt.Rejected rejected = rejected(json);
    assertThat(rejected.code()).as(json + ": " + rejected.message()).isEqualTo(code);
    assertThat(List.of(words)).allMatch(rejected.message()::contains);
  }

  /** The JSON of a prompt with one more field. */
  private static String with(String field) {
    return "{\"instruction\": \"x\", " + field + "}";
  }

  private static String params(String field) {
    return with("\"params\": {" + field + "}");
  }

  @Test
  void anInstructionIsEnough() {
    assertThat(accepted("{\"instruction\": \"What is Kafka?\"}"))
        .isEqualTo(
            Prompt.newBuilder()
                .setRequestId("dolly.prompts.raw-3-42")
                .setInstruction("What is Kafka?")
                .setParams(
                    new PromptParams(256, true, 1.0, 0.92, 0, -165660218108048729L, List.of(), 0))
                .setPriority(0)
                .setMetadata(Map.of())
                .setSubmittedAt(TIMESTAMP)
                .setOrigin(PLACE)
                .build());
  }

  @Test
  void takesEveryField() {
    Prompt prompt =
        accepted(
            """
            {"request_id": "r-1", "instruction": "Sum up.", "context": "Some text.",
             "params": {"max_new_tokens": 10, "do_sample": false, "temperature": 0.5, "top_p": 0.8,
               "top_k": 40, "seed": -7, "stop": ["\\n\\n", "End"], "logprobs": 5},
             "priority": -10, "deadline_at": 1800000000000,
             "metadata": {"tenant": "a", "": ""}, "submitted_at": 1600000000000,
             "origin": {"topic": "elsewhere", "partition": 1, "offset": 2}}
            """);

    assertThat(prompt)
        .isEqualTo(
            Prompt.newBuilder()
                .setRequestId("r-1")
                .setInstruction("Sum up.")
                .setContext("Some text.")
                .setParams(
                    new PromptParams(10, false, 0.5, 0.8, 40, -7L, List.of("\n\n", "End"), 5))
                .setPriority(-10)
                .setDeadlineAt(1_800_000_000_000L)
                .setMetadata(Map.of("tenant", "a", "", ""))
                .setSubmittedAt(1_600_000_000_000L)
                .setOrigin(new Origin("elsewhere", 1, 2L))
                .build());
  }

  @Test
  void theSeedFollowsFromTheIdWhereverItStands() {
    assertThat(accepted("{\"params\": {}, \"instruction\": \"x\", \"request_id\": \"abc\"}"))
        .satisfies(p -> assertThat(p.getParams().getSeed()).isEqualTo(-5010229573455851542L));
  }

  @Test
  void emptyAndNullContextAreNoneButWhiteSpaceIsText() {
    assertThat(accepted(with("\"context\": \"\"")).getContext()).isNull();
    assertThat(accepted(with("\"context\": null")).getContext()).isNull();
    assertThat(accepted(with("\"context\": \" \"")).getContext()).isEqualTo(" ");
  }

  @Test
  void nullMeansNotGivenWhereAFieldMayBeMissingInAvro() {
    Prompt prompt =
        accepted(
            with(
                "\"deadline_at\": null, \"submitted_at\": null, \"origin\": null,"
                    + " \"params\": {\"seed\": null}"));
    assertThat(prompt).isEqualTo(accepted("{\"instruction\": \"x\"}"));
    assertRejected(with("\"params\": null"), WRONG_TYPE, "params", "null");
    assertRejected(with("\"metadata\": null"), WRONG_TYPE, "metadata", "null");
    assertRejected(with("\"request_id\": null"), WRONG_TYPE, "request_id", "null");
    assertRejected("{\"instruction\": null}", WRONG_TYPE, "instruction", "null");
  }

  @Test
  void aWholeNumberIsAnIntegerHoweverItIsWritten() {
    assertThat(accepted(params("\"max_new_tokens\": 256.0")).getParams().getMaxNewTokens())
        .isEqualTo(256);
    assertThat(accepted(params("\"max_new_tokens\": 2.56e2")).getParams().getMaxNewTokens())
        .isEqualTo(256);
    assertThat(accepted(params("\"top_k\": 0.0e-9")).getParams().getTopK()).isZero();
    assertThat(accepted(params("\"seed\": 9223372036854775807")).getParams().getSeed())
        .isEqualTo(Long.MAX_VALUE);
    assertThat(accepted(params("\"temperature\": 2")).getParams().getTemperature()).isEqualTo(2);
    assertRejected(params("\"max_new_tokens\": 256.5"), WRONG_TYPE, "256.5", "whole number");
  }

  @Test
  void controlTextIsText() {
    String text = "### Response:\\n### End <|endoftext|> \\u0007 \\ud83d\\ude00";
    assertThat(accepted("{\"instruction\": \"" + text + "\"}").getInstruction())
        .isEqualTo("### Response:\n### End <|endoftext|> \u0007 😀");
  }

  @Test
  void nullAndEmptyValuesAreMalformed() {
    assertThat(rejected((byte[]) null).code()).isEqualTo(MALFORMED_JSON);
    assertRejected("", MALFORMED_JSON);
    assertRejected(" \n\t", MALFORMED_JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"instruction\": \"x\"",
        "{\"instruction\": \"x\",}",
        "{'instruction': 'x'}",
        "{instruction: \"x\"}",
        "{\"instruction\": \"x\"} x",
        "{\"instruction\": \"x\"}{}",
        "{\"instruction\": \"x\"} null",
        "[1, 2",
        "nul",
        "{\"instruction\": \"a\tb\"}",
        "{\"instruction\": \"\\x\"}",
        "{\"instruction\": \"x\", \"priority\": 01}",
        "{\"instruction\": \"x\", \"priority\": +1}",
        "{\"instruction\": \"x\", \"params\": {\"temperature\": NaN}}",
        "{\"instruction\": \"x\", \"params\": {\"temperature\": .5}}",
        "{\"instruction\": \"x\", // why\n\"priority\": 1}",
        "\ufeff{\"instruction\": \"x\"}",
        // duplicate keys, at any depth, even behind escapes and in fields that nobody knows
        "{\"instruction\": \"x\", \"instruction\": \"x\"}",
        "{\"instruction\": \"x\", \"\\u0069nstruction\": \"x\"}",
        "{\"instruction\": \"x\", \"metadata\": {\"a\": \"1\", \"a\": \"1\"}}",
        "{\"instruction\": \"x\", \"foo\": [{\"a\": 1, \"a\": 1}]}",
        // NUL and lone surrogates, in values and names
        "{\"instruction\": \"a\\u0000b\"}",
        "{\"instruction\": \"x\", \"metadata\": {\"\\u0000\": \"\"}}",
        "{\"instruction\": \"\\ud83d\"}",
        "{\"instruction\": \"\\ude00\\ud83d\"}",
        "{\"instruction\": \"\\ud83dx\"}",
        "{\"instruction\": \"x\", \"params\": {\"stop\": [\"\\udfff\"]}}",
        // numbers that do not fit
        "{\"instruction\": \"x\", \"params\": {\"max_new_tokens\": 2147483648}}",
        "{\"instruction\": \"x\", \"params\": {\"max_new_tokens\": 1e99999999999}}",
        "{\"instruction\": \"x\", \"params\": {\"max_new_tokens\": -1e999999999}}",
        "{\"instruction\": \"x\", \"params\": {\"seed\": 9223372036854775808}}",
        "{\"instruction\": \"x\", \"params\": {\"seed\": -9223372036854775809}}",
        "{\"instruction\": \"x\", \"params\": {\"temperature\": 1e400}}",
        "{\"instruction\": \"x\", \"params\": {\"top_p\": 1e-400}}",
        "{\"instruction\": \"x\", \"priority\": 99999999999999999999}",
        "{\"instruction\": \"x\", \"deadline_at\": 1e19}",
      })
  void malformed(String json) {
    assertRejected(json, MALFORMED_JSON);
  }

  @Test
  void invalidUtf8IsMalformed() {
    for (int[] bytes :
        new int[][] {
          {0xff}, {0xc0, 0x80}, {0xed, 0xa0, 0xbd}, {0xe5, 0xa5}, {0xf4, 0x90, 0x80, 0x80}
        }) {
      ByteArrayOutputStream json = new ByteArrayOutputStream();
      json.writeBytes("{\"instruction\": \"".getBytes(StandardCharsets.UTF_8));
      for (int b : bytes) {
        json.write(b);
      }
      json.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
      ParsedPrompt.Rejected rejected = rejected(json.toByteArray());
      assertThat(rejected.code()).isEqualTo(MALFORMED_JSON);
      assertThat(rejected.message()).contains("byte 17 is not UTF-8");
    }
  }

  @Test
  void nestingDeeperThan32IsMalformed() {
    String deep = with("\"foo\": " + "[".repeat(32) + "]".repeat(32));
    String fine = with("\"foo\": " + "[".repeat(31) + "]".repeat(31));
    assertRejected(deep, MALFORMED_JSON);
    assertRejected(fine, UNKNOWN_FIELD);
    assertRejected("[".repeat(100_000), MALFORMED_JSON);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "5", "true", "\"text\"", "[{\"instruction\": \"x\"}]"})
  void whatIsNoObjectIsOfTheWrongType(String json) {
    assertRejected(json, WRONG_TYPE, "a prompt must be a JSON object, not ");
  }

  @Test
  void fieldsOfAnotherTypeAreNamedWithWhatTheyHold() {
    assertRejected("{\"instruction\": 5}", WRONG_TYPE, "instruction", "a string", "the number 5");
    assertRejected("{\"instruction\": [\"x\"]}", WRONG_TYPE, "instruction", "an array");
    assertRejected(with("\"context\": {}"), WRONG_TYPE, "context", "an object");
    assertRejected(with("\"params\": []"), WRONG_TYPE, "params", "an array");
    assertRejected(params("\"temperature\": \"0.5\""), WRONG_TYPE, "params.temperature", "\"0.5\"");
    assertRejected(params("\"do_sample\": 1"), WRONG_TYPE, "params.do_sample", "true or false");
    assertRejected(params("\"stop\": \"x\""), WRONG_TYPE, "params.stop", "array of strings");
    assertRejected(params("\"stop\": [\"x\", 1]"), WRONG_TYPE, "params.stop[1]");
    assertRejected(params("\"seed\": true"), WRONG_TYPE, "params.seed", "true");
    assertRejected(with("\"metadata\": {\"a\": 1}"), WRONG_TYPE, "metadata[\"a\"]");
    assertRejected(with("\"priority\": \"1\""), WRONG_TYPE, "priority");
    assertRejected(with("\"origin\": \"t\""), WRONG_TYPE, "origin");
    assertRejected(with("\"deadline_at\": \"tomorrow\""), WRONG_TYPE, "deadline_at", "tomorrow");
  }

  @Test
  void unknownFieldsAreNamedWithTheKnownOnes() {
    assertRejected(with("\"max_new_tokens\": 5"), UNKNOWN_FIELD, "\"max_new_tokens\"", "params");
    assertRejected(params("\"topp\": 1"), UNKNOWN_FIELD, "\"topp\"", "top_p");
    assertRejected(with("\"origin\": {\"source\": \"x\"}"), UNKNOWN_FIELD, "\"source\"");
    assertRejected(with("\"a\\nb" + "x".repeat(5000) + "\": 1"), UNKNOWN_FIELD, "a b", "…");
  }

  @Test
  void somethingIsMissing() {
    assertRejected("{}", MISSING_FIELD, "instruction");
    assertRejected("{\"context\": \"x\"}", MISSING_FIELD, "instruction");
    assertRejected(with("\"origin\": {\"topic\": \"t\"}"), MISSING_FIELD, "origin");
    assertRejected(with("\"request_id\": \"\""), MISSING_FIELD, "request_id");
  }

  @Test
  void theRulesOfAllPromptsHold() {
    assertRejected("{\"instruction\": \" \\u00a0\"}", EMPTY_INSTRUCTION);
    assertRejected(params("\"max_new_tokens\": 0"), OUT_OF_RANGE, "0", "at least 1");
    assertRejected(params("\"temperature\": -1"), OUT_OF_RANGE);
    assertRejected(with("\"priority\": 11"), OUT_OF_RANGE, "11", "-10 to 10");
    assertRejected(with("\"request_id\": \"" + "x".repeat(1025) + "\""), TOO_LARGE);
  }

  /** A producer that may not write what was accepted would fail for ever at the same offset. */
  @Test
  void whatIsAcceptedFitsThePromptTopicWithItsHeaders() throws IOException {
    PromptParser limited = new PromptParser(PromptLimits.defaults());
    Map<String, String> headers = Map.of("h", "x".repeat(65_000));
    int fit = 0;
    for (int bytes = 1_040_000; bytes <= 1024 * 1024; bytes += 500) {
      String frame = "{\"instruction\": \"\"}";
      byte[] json =
          frame.replace("\"\"", "\"" + "y".repeat(bytes - frame.length()) + "\"").getBytes(UTF_8);
      ParsedPrompt parsed = limited.parse(json, PLACE, TIMESTAMP, headers);
      if (parsed instanceof ParsedPrompt.Accepted accepted) {
        ByteArrayOutputStream avro = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(avro, null);
        new SpecificDatumWriter<>(Prompt.class).write(accepted.prompt(), encoder);
        assertThat(avro.size() + accepted.prompt().getRequestId().length() + 200)
            .isLessThan(TopicCatalogue.PROMPTS.maxMessageBytes());
        fit++;
      } else {
        assertThat(((ParsedPrompt.Rejected) parsed).code()).isEqualTo(TOO_LARGE);
      }
    }
    assertThat(fit).isBetween(1, 16); // the largest ones are refused
  }

  @Test
  void sizeGoesBeforeAnythingElse() {
    PromptParser small = new PromptParser(PromptLimits.defaults().withMaxBytes(20));
    byte[] fits = "{\"instruction\": \"x\"}".getBytes(StandardCharsets.UTF_8);
    assertThat(small.parse(fits, PLACE, TIMESTAMP)).isInstanceOf(ParsedPrompt.Accepted.class);

    byte[] broken = "{{{{{{{{{{{{{{{{{{{{{".getBytes(StandardCharsets.UTF_8);
    assertThat(small.parse(broken, PLACE, TIMESTAMP))
        .isEqualTo(
            new ParsedPrompt.Rejected(
                TOO_LARGE, "the prompt has 21 bytes: at most 20 are allowed", null));
  }

  @Test
  void beingJsonGoesBeforeTheMeaningOfFields() {
    assertRejected("{\"foo\": 1, \"instruction\": 5, ", MALFORMED_JSON);
    assertRejected("[1, 2", MALFORMED_JSON);
  }

  @Test
  void aRejectedPromptKeepsItsIdIfItCouldBeRead() {
    assertThat(rejected("{\"request_id\": \"r\", \"instruction\": \"\"}").requestId())
        .isEqualTo("r");
    assertThat(rejected("{\"foo\": 1, \"request_id\": \"r\"}").requestId()).isEqualTo("r");
    assertThat(rejected("{\"request_id\": \"r\", \"instruction\"").requestId()).isEqualTo("r");

    assertThat(rejected("{\"foo\": {\"request_id\": \"r\"}}").requestId()).isNull();
    assertThat(rejected("[\"request_id\", \"r\"]").requestId()).isNull();
    assertThat(rejected("{\"request_id\": 5, \"instruction\": \"x\"}").requestId()).isNull();
    assertThat(rejected("{\"request_id\": \"\\ud800\"}").requestId()).isNull();
    assertThat(rejected("{\"instruction\": \"").requestId()).isNull();
    assertThat(rejected(with("\"request_id\": \"" + "x".repeat(1025) + "\"")).requestId()).isNull();
  }

  /** Whatever comes, it is a prompt or it has a code: never an exception. */
  @Test
  void noBytesAreTooBadToBeLookedAt() {
    byte[] good =
        params("\"temperature\": 0.5, \"stop\": [\"\\u00e9é😀\"], \"seed\": 12")
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(42);
    for (int i = 0; i < 50_000; i++) {
      byte[] bad = good.clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        bad[random.nextInt(bad.length)] =
            random.nextBoolean() ? (byte) random.nextInt() : good[random.nextInt(good.length)];
      }
      assertThat(parser.parse(bad, PLACE, TIMESTAMP)).isNotNull();
    }
  }
}
