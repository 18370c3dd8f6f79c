package dev.dolly.schemas.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be wrong with a prompt that came as Avro; JSON's way is tested with the parser. */
class PromptRulesTest {

  private static Prompt prompt(Consumer<Prompt.Builder> change) {
    Prompt.Builder builder = Prompt.newBuilder().setRequestId("a").setInstruction("b");
    change.accept(builder);
    return builder.build();
  }

  private static Prompt params(Consumer<PromptParams.Builder> change) {
    PromptParams.Builder builder = PromptParams.newBuilder();
    change.accept(builder);
    return prompt(p -> p.setParams(builder.build()));
  }

  private static void assertBroken(Prompt prompt, ErrorCode code, String... words) {
    assertThat(PromptRules.check(prompt))
        .hasValueSatisfying(
            rejection -> {
              assertThat(rejection.code()).isEqualTo(code);
              assertThat(List.of(words)).allMatch(rejection.message()::contains);
            });
  }

  @Test
  void aPlainPromptIsFine() {
    assertThat(PromptRules.check(prompt(p -> {}))).isEmpty();
  }

  @Test
  void theEdgesOfEachRangeAreInside() {
    assertThat(
            PromptRules.check(
                params(
                    p ->
                        p.setMaxNewTokens(1)
                            .setTemperature(0)
                            .setTopP(Double.MIN_VALUE)
                            .setTopK(0)
                            .setLogprobs(0))))
        .isEmpty();
    assertThat(PromptRules.check(params(p -> p.setTopP(1).setLogprobs(20)))).isEmpty();
    assertThat(PromptRules.check(prompt(p -> p.setPriority(-10)))).isEmpty();
    assertThat(PromptRules.check(prompt(p -> p.setPriority(10)))).isEmpty();
    assertThat(PromptRules.check(prompt(p -> p.setRequestId("x".repeat(1024))))).isEmpty();
  }

  @Test
  void whatIsOutsideIsNamedWithItsRange() {
    assertBroken(
        params(p -> p.setMaxNewTokens(0)),
        ErrorCode.OUT_OF_RANGE,
        "params.max_new_tokens is 0",
        "at least 1");
    assertBroken(params(p -> p.setTemperature(-0.1)), ErrorCode.OUT_OF_RANGE, "-0.1");
    assertBroken(params(p -> p.setTopP(0)), ErrorCode.OUT_OF_RANGE, "top_p", "at most 1");
    assertBroken(params(p -> p.setTopP(1.01)), ErrorCode.OUT_OF_RANGE, "1.01");
    assertBroken(params(p -> p.setTopK(-1)), ErrorCode.OUT_OF_RANGE, "top_k");
    assertBroken(params(p -> p.setLogprobs(21)), ErrorCode.OUT_OF_RANGE, "0 to 20");
    assertBroken(params(p -> p.setLogprobs(-1)), ErrorCode.OUT_OF_RANGE, "0 to 20");
    assertBroken(prompt(p -> p.setPriority(11)), ErrorCode.OUT_OF_RANGE, "-10 to 10");
    assertBroken(prompt(p -> p.setPriority(Integer.MIN_VALUE)), ErrorCode.OUT_OF_RANGE, "priority");
    assertBroken(
        params(p -> p.setStop(List.of("a", ""))), ErrorCode.OUT_OF_RANGE, "params.stop[1]");
    assertBroken(
        params(p -> p.setStop(List.of("a", "x".repeat(1025)))),
        ErrorCode.OUT_OF_RANGE,
        "params.stop[1] is 1025 characters long",
        "1 to 1024");
    assertBroken(
        params(p -> p.setStop(Collections.nCopies(65, "x"))),
        ErrorCode.OUT_OF_RANGE,
        "params.stop is 65 texts",
        "at most 64");
    assertThat(PromptRules.check(params(p -> p.setStop(Collections.nCopies(64, "x".repeat(1024))))))
        .isEmpty();
    assertBroken(
        prompt(p -> p.setOrigin(new Origin("t", -1, 0L))), ErrorCode.OUT_OF_RANGE, "partition");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void onlyNumbersAreInside(double value) {
    assertBroken(params(p -> p.setTemperature(value)), ErrorCode.OUT_OF_RANGE, "temperature");
    assertBroken(params(p -> p.setTopP(value)), ErrorCode.OUT_OF_RANGE, "top_p");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n", "\u00a0", "\u0085", "\u001c\u001f", "\u3000\u2028"})
  void whiteSpaceIsNoInstruction(String blank) {
    assertBroken(prompt(p -> p.setInstruction(blank)), ErrorCode.EMPTY_INSTRUCTION, "instruction");
  }

  @Test
  void anIdIsNeededAndBounded() {
    assertBroken(prompt(p -> p.setRequestId("")), ErrorCode.MISSING_FIELD, "request_id");
    assertBroken(
        prompt(p -> p.setRequestId("x".repeat(1025))), ErrorCode.TOO_LARGE, "1025", "1024");
  }
}
