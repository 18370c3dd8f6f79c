package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.avro.Timings;
import dev.dolly.schemas.deadletter.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final ModelRef MODEL = new ModelRef("m", "1", "d", "float32");

  private final Ledger ledger = new Ledger();

  @Test
  void oneRightOutcomeEachIsRight() {
    ledger.sent("a", Expected.anAnswer());
    ledger.sent("b", Expected.aDeadLetter(ErrorCode.WRONG_TYPE));
    ledger.sent("c", Expected.anAnswerOr(ErrorCode.DEADLINE_EXPIRED));
    ledger.chunk(chunk("a", 1, 0, "wrong"));
    ledger.chunk(chunk("a", 2, 0, "an "));
    ledger.chunk(last("a", 2, 1, "answer"));
    ledger.response(response("a", "an answer", 7, 3, 5_999), Optional.of("dolly.prompts-0-0"));
    ledger.deadLetter(deadLetter("b", ErrorCode.WRONG_TYPE, "{}"), Optional.empty());
    ledger.deadLetter(deadLetter("c", ErrorCode.DEADLINE_EXPIRED, "{}"), Optional.empty());

    Count count = ledger.count();

    assertThat(count.isRight()).isTrue();
    assertThat(count.answers()).isEqualTo(1);
    assertThat(count.deadLetters())
        .isEqualTo(Map.of(ErrorCode.WRONG_TYPE, 1, ErrorCode.DEADLINE_EXPIRED, 1));
    assertThat(count.resumedAnswers()).isEqualTo(1);
    assertThat(count.resumedTokens()).isEqualTo(3);
    assertThat(count.tokensBetween(5, 6)).isEqualTo(7);
    assertThat(count.tokensBetween(6, 7)).isZero();
  }

  @Test
  void aPromptWithoutOutcomeIsMissing() {
    ledger.sent("a", Expected.anAnswer());
    ledger.chunk(chunk("a", 1, 0, "begun"));
    assertThat(ledger.count().missing()).containsExactly("a");
    assertThat(ledger.count().isRight()).isFalse();
  }

  @Test
  void twoAnswersOrAnAnswerAndADeadLetterAreTwice() {
    ledger.sent("a", Expected.anAnswer());
    ledger.sent("b", Expected.anAnswerOr(ErrorCode.DEADLINE_EXPIRED));
    ledger.response(response("a", "", 1, 0, 0), Optional.empty());
    ledger.response(response("a", "", 1, 0, 0), Optional.empty());
    ledger.response(response("b", "", 1, 0, 0), Optional.empty());
    ledger.deadLetter(deadLetter("b", ErrorCode.DEADLINE_EXPIRED, "{}"), Optional.empty());
    assertThat(ledger.count().twice()).containsExactly("a", "b");
    assertThat(ledger.count().isRight()).isFalse();
  }

  @Test
  void twoOutcomesThatNameOnePromptRecordAreTwice() {
    ledger.sent("a", Expected.anAnswer());
    ledger.sent("b", Expected.anAnswer());
    ledger.response(response("a", "", 1, 0, 0), Optional.of("dolly.prompts-3-17"));
    ledger.response(response("b", "", 1, 0, 0), Optional.of("dolly.prompts-3-17"));
    assertThat(ledger.count().twice()).containsExactly("the prompt at dolly.prompts-3-17");
  }

  @Test
  void chunksThatDoNotMakeTheAnswerAreFound() {
    ledger.sent("a", Expected.anAnswer());
    ledger.sent("b", Expected.anAnswer());
    ledger.sent("c", Expected.anAnswer());
    ledger.sent("d", Expected.anAnswer());
    ledger.chunk(chunk("a", 1, 0, "an "));
    ledger.chunk(last("a", 1, 2, "answer"));
    ledger.response(response("a", "an answer", 2, 0, 0), Optional.empty());
    ledger.response(response("b", "no chunk at all", 2, 0, 0), Optional.empty());
    ledger.chunk(chunk("c", 1, 0, "what the answer has"));
    ledger.chunk(last("c", 1, 2, ", and more behind a gap"));
    ledger.response(response("c", "what the answer has", 2, 0, 0), Optional.empty());
    ledger.chunk(chunk("d", 1, 0, "no end"));
    ledger.response(response("d", "no end", 2, 0, 0), Optional.empty());
    assertThat(ledger.count().rebuiltWrongly()).containsExactly("a", "b", "c", "d");
    assertThat(ledger.count().isRight()).isFalse();
  }

  @Test
  void theWrongKindOfOutcomeIsUnexpected() {
    ledger.sent("good", Expected.anAnswer());
    ledger.sent("broken", Expected.aDeadLetter(ErrorCode.MALFORMED_JSON));
    ledger.sent("otherwise broken", Expected.aDeadLetter(ErrorCode.MALFORMED_JSON));
    ledger.deadLetter(deadLetter("good", ErrorCode.INTERNAL, "{}"), Optional.empty());
    ledger.response(response("broken", "", 1, 0, 0), Optional.empty());
    ledger.deadLetter(deadLetter("otherwise broken", ErrorCode.WRONG_TYPE, ""), Optional.empty());
    ledger.response(response("unknown", "", 1, 0, 0), Optional.empty());
    assertThat(ledger.count().unexpected())
        .containsExactly("good", "broken", "otherwise broken", "unknown (never sent)");
    assertThat(ledger.count().isRight()).isFalse();
  }

  @Test
  void aDeadLetterWithoutIdIsKnownByItsBytes() {
    ledger.sent("a-1", Expected.aDeadLetter(ErrorCode.MALFORMED_JSON));
    ledger.deadLetter(
        deadLetter(null, ErrorCode.MALFORMED_JSON, "{\"x\":1,\"x\":2,\"request_id\":\"a-1\"}"),
        Optional.empty());
    assertThat(ledger.count().isRight()).isTrue();
  }

  private static ResponseChunk chunk(String id, long attempt, int index, String text) {
    return new ResponseChunk(id, attempt, index, text, false, MODEL);
  }

  private static ResponseChunk last(String id, long attempt, int index, String text) {
    return new ResponseChunk(id, attempt, index, text, true, MODEL);
  }

  private static Response response(
      String id, String text, int generated, int resumed, long createdAt) {
    return Response.newBuilder()
        .setRequestId(id)
        .setText(text)
        .setFinishReason(FinishReason.END)
        .setPromptTokens(1)
        .setGeneratedTokens(generated)
        .setResumedTokens(resumed)
        .setSeed(1)
        .setModel(MODEL)
        .setEngine("e")
        .setDeterministic(false)
        .setTimings(new Timings(0L, 0L, 0L))
        .setOrigin(new Origin("t", 0, 0L))
        .setMetadata(Map.of())
        .setCreatedAt(createdAt)
        .build();
  }

  private static DeadLetter deadLetter(String id, ErrorCode code, String payload) {
    return new DeadLetters(Stage.ingest)
        .of(
            code,
            "why",
            id,
            new DeadLetterOrigin("t", 0, 0L),
            payload.getBytes(StandardCharsets.UTF_8),
            0);
  }
}
