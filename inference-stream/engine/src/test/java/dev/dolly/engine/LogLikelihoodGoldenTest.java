package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.scoring.Continuations;
import dev.dolly.engine.scoring.Score;
import dev.dolly.engine.scoring.Scorer;
import dev.dolly.engine.scoring.TokenSequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Log-likelihoods of lm-eval's HFLM, to 1e-4 relative. */
class LogLikelihoodGoldenTest {
  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void eachAlone(Fixture fixture) {
    eachAlone(fixture, fixture.load());
  }

  @ParameterizedTest
  @CsvSource({"neox, 4", "neox-bf16, 2", "neox-sequential, 8", "gptj, 4"})
  void onSeveralDevices(String name, int devices) {
    Fixture fixture = new Fixture(name);
    eachAlone(fixture, fixture.load(devices));
  }

  private static void eachAlone(Fixture fixture, LanguageModel loaded) {
    try (LanguageModel model = loaded;
        Scorer scorer = new Scorer(model)) {
      for (JsonNode line : fixture.goldenLines("loglikelihood.jsonl")) {
        check(
            line,
            score(model, scorer, line.get("context").asText(), line.get("continuation").asText()));
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
            Continuations texts = new Continuations(model.tokenizer(), model.window());
            List<Score> scores =
                scorer
                    .score(
                        List.of(continuations.stream().map(c -> texts.encode(context, c)).toList()),
                        Scorer.Listener.NONE)
                    .get(0);
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
      Score moved = score(model, scorer, "one\u00a0", "two");
      same(moved, score(model, scorer, "one", "\u00a0two"));
      Score blank = score(model, scorer, " \n", "word");
      same(blank, score(model, scorer, "", " \nword"));
      // nothing of the cache is lost: a whole window still fits
      String windowful = "context ".repeat(400);
      assertThat(score(model, scorer, windowful, " too long").logLikelihood()).isNegative();
    }
  }

  /** Whatever is computed together: choices of one length or several, contexts that differ late. */
  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void aGroupScoresAsItsMembersDoAlone(Fixture fixture) {
    try (LanguageModel model = fixture.load();
        Scorer scorer = new Scorer(model);
        Scorer small = new Scorer(model, 3)) {
      Continuations texts = new Continuations(model.tokenizer(), model.window());
      List<List<TokenSequence>> groups = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String passage = "A passage of some length, the number of which is " + i + ". ";
        groups.add(
            List.of(
                texts.encode(passage + "Is it?", " yes"), texts.encode(passage + "Is it?", " no")));
        groups.add(
            List.of(
                texts.encode(passage.repeat(3) + "Bob", " was late, as ever."),
                texts.encode(passage.repeat(3) + "Alice and Bob", " was late, as ever."),
                texts.encode("Another " + passage, " x")));
      }
      groups.add(
          List.of(
              texts.encode("long ".repeat(400), " end"),
              texts.encode("long ".repeat(400), " or not")));
      List<TokenSequence> all = groups.stream().flatMap(List::stream).toList();
      List<Score> alone = all.stream().map(one -> scorer.score(List.of(one)).get(0)).toList();
      List<Integer> heard = new ArrayList<>();
      List<Score> together =
          scorer.score(groups, heard::add).stream().flatMap(List::stream).toList();
      List<Score> byThree =
          small.score(groups, Scorer.Listener.NONE).stream().flatMap(List::stream).toList();
      for (int i = 0; i < all.size(); i++) {
        same(together.get(i), alone.get(i));
        same(byThree.get(i), alone.get(i));
      }
      assertThat(heard).isSorted().endsWith(all.size()).hasSizeGreaterThan(1);
    }
  }

  private static Score score(
      LanguageModel model, Scorer scorer, String context, String continuation) {
    Continuations texts = new Continuations(model.tokenizer(), model.window());
    return scorer.score(List.of(texts.encode(context, continuation))).get(0);
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
