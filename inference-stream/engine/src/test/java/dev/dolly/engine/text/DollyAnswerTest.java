package dev.dolly.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.Fixture;
import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.FinishReason;
import dev.dolly.engine.model.ModelDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DollyAnswerTest {
  /** What Python's {@code chr(c).isspace()} holds for. */
  private static final String PYTHON_SPACE =
      "\\x09-\\x0d\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

  private static final Pattern END = Pattern.compile("#+[" + PYTHON_SPACE + "]*End");
  private static final Path NEOX =
      Path.of(System.getProperty("dolly.repository"), "config/tokenizers/gpt-neox/tokenizer.json");

  private static Tokenizer controlled;
  private static Tokenizer base;

  @BeforeAll
  static void load() {
    controlled = Tokenizer.load(ModelDirectory.open(new Fixture("neox").path()));
    base = Tokenizer.load(NEOX, List.of(0));
  }

  @AfterAll
  static void close() {
    controlled.close();
    base.close();
  }

  static Stream<Fixture> fixtures() {
    return Fixture.all().stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void endsAndReadsAsTheReference(Fixture fixture) {
    try (Tokenizer tokenizer = Tokenizer.load(ModelDirectory.open(fixture.path()))) {
      PromptFormat format = new PromptFormat(tokenizer);
      for (JsonNode golden : fixture.goldenLines("generate.jsonl")) {
        int[] ids = Fixture.ints(golden.path("generated_ids"));
        Answer answer = format.newAnswer();
        for (int i = 0; i < ids.length - 1; i++) {
          assertThat(answer.accept(ids[i])).isEmpty();
        }
        Optional<FinishReason> reason = answer.accept(ids[ids.length - 1]);

        assertThat(reason.orElse(FinishReason.LENGTH))
            .hasToString(golden.path("finish_reason").asText());
        assertThat(answer.complete()).isEqualTo(golden.path("text").asText());
      }
    }
  }

  @Test
  void stableTextOnlyEverGrowsTowardsTheWhole() {
    Random random = new Random(8);
    for (int round = 0; round < 2000; round++) {
      int[] ids = IntStream.generate(() -> randomId(random)).limit(30).toArray();
      assertGrows(new PromptFormat(controlled).newAnswer(), ids);
      Answer answer = new PromptFormat(controlled).newAnswer();
      IntStream.of(ids).forEach(answer::accept);
      assertThat(answer.complete()).isEqualTo(strip(controlled.decode(ids, true)));
    }
  }

  /** Bytes, white space, words, and control tokens that are neither END nor EOS. */
  private static int randomId(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> 1;
      case 1 -> 510 + random.nextInt(2);
      case 2, 3, 4 -> 2 + random.nextInt(256);
      default -> 2 + random.nextInt(507);
    };
  }

  @Test
  void withoutControlTokensTheTextEndsIt() {
    Random random = new Random(9);
    String[] pieces = {
      "#", "##", "###", " ", "\n", "\u00a0", "\u3000", "\u001f", "\u200b", "E", "n", "d", "End",
      "# End", "Ends", "word", "é", "😀"
    };
    int ended = 0;
    for (int round = 0; round < 4000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(14); i >= 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      int[] ids = base.encodePlain(text.toString());
      String decoded = base.decode(ids, true);
      Matcher matcher = END.matcher(decoded);
      boolean found = matcher.find();
      ended += found ? 1 : 0;

      Answer answer = new PromptFormat(base).newAnswer();
      Optional<FinishReason> reason = Optional.empty();
      for (int i = 0; i < ids.length && reason.isEmpty(); i++) {
        reason = answer.accept(ids[i]);
      }

      assertThat(reason)
          .as(decoded)
          .isEqualTo(found ? Optional.of(FinishReason.END) : Optional.empty());
      assertThat(answer.complete())
          .as(decoded)
          .isEqualTo(strip(found ? decoded.substring(0, matcher.start()) : decoded));
      assertGrows(new PromptFormat(base).newAnswer(), ids);
    }
    assertThat(ended).isGreaterThan(500);
  }

  @Test
  void aStopStringEndsTheAnswerWhereverTokensAreCut() {
    Random random = new Random(5);
    String[] pieces = {"a", "ab", "b", "STOP", "ST", "OP", " ", "\n\n", "é", "😀", "END"};
    List<String> stops = List.of("STOP", "abab", "\n\n\n", "é😀");
    int stopped = 0;
    for (int round = 0; round < 4000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(16); i >= 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      int[] ids = controlled.encodePlain(text.toString());
      int first = stops.stream().mapToInt(text::indexOf).filter(at -> at >= 0).min().orElse(-1);
      stopped += first >= 0 ? 1 : 0;

      Answer answer = new PromptFormat(controlled).newAnswer(stops);
      Optional<FinishReason> reason = Optional.empty();
      for (int i = 0; i < ids.length && reason.isEmpty(); i++) {
        reason = answer.accept(ids[i]);
      }
      assertThat(reason).isEqualTo(first >= 0 ? Optional.of(FinishReason.STOP) : Optional.empty());
      assertThat(answer.complete())
          .isEqualTo(strip(first >= 0 ? text.substring(0, first) : text.toString()));
      assertGrows(new PromptFormat(controlled).newAnswer(stops), ids);
    }
    assertThat(stopped).isGreaterThan(500);
  }

  @Test
  void withoutControlTokensTheLeftmostOfStopAndEndCounts() {
    assertThat(endedBy("one ### End STOP", "STOP")).isEqualTo("END: one");
    assertThat(endedBy("one STOP ### End", "STOP")).isEqualTo("STOP: one");
    assertThat(endedBy("one ###x", "##")).isEqualTo("STOP: one");
    // what may become the one does not cut what the other ends
    assertThat(endedBy("C# \nmore", "\n")).isEqualTo("STOP: C#");
    assertThat(endedBy("X ### End", "X ### Endless")).isEqualTo("END: X");
  }

  private String endedBy(String text, String stop) {
    Answer answer = new PromptFormat(base).newAnswer(List.of(stop));
    for (int id : base.encodePlain(text)) {
      Optional<FinishReason> reason = answer.accept(id);
      if (reason.isPresent()) {
        return reason.get() + ": " + answer.complete();
      }
    }
    return "goes on";
  }

  @Test
  void holdsBackHalfCharactersAndWhatMayBeStripped() {
    Answer answer = new PromptFormat(base).newAnswer();
    int[] rocket = base.encodePlain("🚀");
    assertThat(rocket).hasSizeGreaterThan(1);

    answer.accept(rocket[0]);
    assertThat(answer.stable()).isEmpty();
    assertThat(answer.complete()).isEqualTo("\uFFFD");
    IntStream.of(rocket).skip(1).forEach(answer::accept);
    assertThat(answer.stable()).isEqualTo("🚀");

    IntStream.of(base.encodePlain(" \n")).forEach(answer::accept);
    assertThat(answer.stable()).isEqualTo("🚀");
    assertThat(answer.complete()).isEqualTo("🚀");
    IntStream.of(base.encodePlain("go ##")).forEach(answer::accept);
    assertThat(answer.stable()).isEqualTo("🚀 \ngo");
    assertThat(answer.complete()).isEqualTo("🚀 \ngo ##");
  }

  @Test
  void withControlTokensTheTextNeverEndsIt() {
    Answer answer = new PromptFormat(controlled).newAnswer();
    for (int id : controlled.encodePlain("a ### End b")) {
      assertThat(answer.accept(id)).isEmpty();
    }
    assertThat(answer.stable()).isEqualTo("a ### End b");
  }

  @Test
  void aLongAnswerCostsNoMoreATokenThanAShortOne() {
    // 200,000 tokens: quadratic work would take minutes
    Answer answer = new PromptFormat(controlled).newAnswer();
    int[] ids = controlled.encodePlain("water ");
    for (int i = 0; i < 200_000; i++) {
      answer.accept(ids[i % ids.length]);
    }
    assertThat(answer.complete()).startsWith("water water").hasSizeGreaterThan(200_000);
  }

  @ParameterizedTest
  @CsvSource({
    "0x09, true",
    "0x0d, true",
    "0x0e, false",
    "0x1b, false",
    "0x1c, true",
    "0x1f, true",
    "0x20, true",
    "0x85, true",
    "0xa0, true",
    "0x180e, false",
    "0x200a, true",
    "0x200b, false",
    "0x2028, true",
    "0x202f, true",
    "0x205f, true",
    "0x2060, false",
    "0x3000, true",
    "0xfeff, false",
  })
  void stripsWhatPythonStrips(String codePoint, boolean space) {
    String c = String.valueOf((char) Integer.decode(codePoint).intValue());
    assertThat(PythonSpace.strip(c + "x" + c, 3)).isEqualTo(space ? "x" : c + "x" + c);
  }

  private static void assertGrows(Answer answer, int[] ids) {
    String before = "";
    for (int id : ids) {
      boolean ends = answer.accept(id).isPresent();
      assertThat(answer.stable()).startsWith(before);
      before = answer.stable();
      assertThat(answer.complete()).startsWith(before);
      if (ends) {
        break;
      }
    }
  }

  private static String strip(String text) {
    return text.replaceAll("^[" + PYTHON_SPACE + "]+|[" + PYTHON_SPACE + "]+$", "");
  }
}
