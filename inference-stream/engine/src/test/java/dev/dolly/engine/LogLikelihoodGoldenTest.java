package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.scoring.Score;
import dev.dolly.engine.scoring.Scorer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Log-likelihoods of lm-eval's HFLM, to 1e-4 relative. */
class LogLikelihoodGoldenTest {
  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void eachAlone(Fixture fixture) {
    try (LanguageModel model = fixture.load();
        Scorer scorer = new Scorer(model)) {
      for (JsonNode line : fixture.goldenLines("loglikelihood.jsonl")) {
        List<Score> scores =
            scorer.score(line.get("context").asText(), List.of(line.get("continuation").asText()));
        check(line, scores.get(0));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void severalContinuationsInOneCall(Fixture fixture) {
    List<JsonNode> lines = fixture.goldenLines("loglikelihood.jsonl");
    Map<String, List<JsonNode>> byContext = new LinkedHashMap<>();
    lines.forEach(
        line ->
            byContext
                .computeIfAbsent(line.get("context").asText(), c -> new ArrayList<>())
                .add(line));
    try (LanguageModel model = fixture.load();
        Scorer scorer = new Scorer(model)) {
      byContext.forEach(
          (context, of) -> {
            List<String> continuations = new ArrayList<>(List.of(" other", " and another one"));
            of.forEach(line -> continuations.add(line.get("continuation").asText()));
            List<Score> scores = scorer.score(context, continuations);
            assertThat(scores).hasSameSizeAs(continuations);
            for (int i = 0; i < of.size(); i++) {
              check(of.get(i), scores.get(2 + i));
            }
          });
    }
  }

  @Test
  void whiteSpaceMovesAsPythonStripsItAndAContextOfNothingElseCountsAsEmpty() {
    try (LanguageModel model = Fixture.all().get(0).load();
        Scorer scorer = new Scorer(model)) {
      Score moved = scorer.score("one\u00a0", List.of("two")).get(0);
      same(moved, scorer.score("one", List.of("\u00a0two")).get(0));
      Score blank = scorer.score(" \n", List.of("word", "another")).get(0);
      same(blank, scorer.score("", List.of(" \nword")).get(0));
      // nothing of the cache is lost: a whole window still fits
      String windowful = "context ".repeat(400);
      assertThat(scorer.score(windowful, List.of(" too long")).get(0).logLikelihood()).isNegative();
    }
  }

  /** Equal but for rounding, which is a matter of how many continuations are computed together. */
  private static void same(Score actual, Score expected) {
    assertThat(actual.logLikelihood())
        .isCloseTo(expected.logLikelihood(), within(1e-5 * Math.abs(expected.logLikelihood())));
    assertThat(actual.greedy()).isEqualTo(expected.greedy());
  }

  private static void check(JsonNode expected, Score actual) {
    double golden = expected.get("loglikelihood").asDouble();
    assertThat(actual.logLikelihood())
        .as(expected.toString())
        .isCloseTo(golden, within(1e-4 * Math.abs(golden)));
    assertThat(actual.greedy()).isEqualTo(expected.get("is_greedy").asBoolean());
  }
}
