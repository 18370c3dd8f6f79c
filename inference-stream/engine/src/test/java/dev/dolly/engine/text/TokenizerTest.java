package dev.dolly.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.engine.Fixture;
import dev.dolly.engine.model.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  private static final Path REPOSITORY = Path.of(System.getProperty("dolly.repository"));
  private static final Path NEOX = REPOSITORY.resolve("config/tokenizers/gpt-neox/tokenizer.json");
  private static final Path GOLDENS =
      REPOSITORY.resolve("inference-stream/engine/src/test/resources/tokenizer");

  private static Tokenizer neox;

  @TempDir Path directory;

  @BeforeAll
  static void load() {
    neox = Tokenizer.load(NEOX, List.of(0));
  }

  @AfterAll
  static void close() {
    neox.close();
  }

  @Test
  void aTooLongTextIsKnownByItsBeginning() {
    String text = "There are 12 monkeys, aren't there? ".repeat(30_000);
    int[] all = neox.encodePlain(text);
    int[] beginning = neox.encodePlain(text, 500);
    assertThat(beginning.length).isBetween(500, 2000);
    assertThat(beginning).isEqualTo(Arrays.copyOf(all, beginning.length));
    assertThat(neox.encodePlain(text, Integer.MAX_VALUE)).isEqualTo(all);
    String chinese = "\u4e2d\u6587\u5b57\uff0c\u5b57\u3002".repeat(50_000);
    assertThat(neox.encodePlain(chinese, 500).length).isBetween(500, 10_000);
    String sparse = " ".repeat(3000) + "end";
    assertThat(neox.encodePlain(sparse, 100)).isEqualTo(neox.encodePlain(sparse));
  }

  @Test
  void noTokenCrossesAPlaceToCut() {
    String[] pieces = {
      "don't",
      "'S",
      "42",
      " ",
      "  ",
      "\n",
      "\r\n",
      "\t",
      "...",
      "-",
      "\u00e9",
      "e\u0301",
      "\u0301",
      "\u4e2d\u6587",
      "\u00a0",
      "\ud83d\ude00",
      "word",
      "X9",
      "\u3000",
      "\u0661",
      "_",
      "\u212b",
      "(a)",
      "\u3002",
      "\uff0c",
      "\u304b\u3099",
      "\u30a2",
      "\u0085",
      "\u2028",
      "\u1680"
    };
    Random random = new Random(5);
    int cuts = 0;
    for (int round = 0; round < 200; round++) {
      StringBuilder builder = new StringBuilder();
      for (int i = 0; i < 25; i++) {
        builder.append(pieces[random.nextInt(pieces.length)]);
      }
      String text = builder.toString();
      int[] all = neox.encodePlain(text);
      for (int at = CutPoints.atOrAfter(text, 0);
          at < text.length();
          at = CutPoints.atOrAfter(text, at + 1)) {
        int[] beginning = neox.encodePlain(text.substring(0, at));
        assertThat(beginning)
            .as("%s at %d", text, at)
            .isEqualTo(Arrays.copyOf(all, beginning.length));
        cuts++;
      }
    }
    assertThat(cuts).isGreaterThan(1000);
  }

  @Test
  void encodesAndDecodesAsHuggingFace() throws IOException {
    List<String> lines = Files.readAllLines(GOLDENS.resolve("golden_hf_mpt7b.jsonl"));
    assertThat(lines).hasSize(23);
    for (String line : lines) {
      JsonNode golden = new JsonMapper().readTree(line);
      String text = golden.path("text").asText();
      int[] ids = Fixture.ints(golden.path("ids"));

      assertThat(neox.encode(text)).as(text).isEqualTo(ids);
      assertThat(neox.encodePlain(text)).as(text).isEqualTo(ids);
      assertThat(neox.decode(ids, false)).isEqualTo(text);
    }
  }

  @Test
  void plainTextNeverBecomesASpecialToken() {
    assertThat(neox.encode("a<|endoftext|><|padding|>")).containsExactly(66, 0, 1);

    int[] plain = neox.encodePlain("a<|endoftext|><|padding|>");
    assertThat(plain).doesNotContain(0, 1);
    assertThat(neox.decode(plain, true)).isEqualTo("a<|endoftext|><|padding|>");
  }

  @Test
  void runsOfSpacesKeepTheirTokensInPlainText() {
    for (int spaces = 2; spaces <= 24; spaces++) {
      String run = " ".repeat(spaces);
      assertThat(neox.encodePlain(run)).containsExactly(50278 - spaces);
      assertThat(neox.encode(run)).containsExactly(50278 - spaces);
    }
  }

  @Test
  void plainIdsDoNotShiftWhereASpecialTokenStandsBeforeOthers() throws IOException {
    String json = Files.readString(NEOX);
    // a special token of its own in the list before the runs of spaces, which then begin one later
    StringBuilder shifted = new StringBuilder(json);
    int at = shifted.indexOf("\"id\": 50254");
    int open = shifted.lastIndexOf("{", at);
    shifted.insert(
        open,
        "{\"id\": 50277, \"content\": \"<|x|>\", \"single_word\": false, \"lstrip\": false,"
            + " \"rstrip\": false, \"normalized\": false, \"special\": true},");
    Path file = Files.writeString(directory.resolve("tokenizer.json"), shifted);

    try (Tokenizer tokenizer = Tokenizer.load(file, List.of())) {
      assertThat(tokenizer.encodePlain("a  b    c<|x|>"))
          .startsWith(neox.encodePlain("a  b    c"))
          .doesNotContain(50277);
    }
  }

  @Test
  void nothingIsTruncatedPaddedOrAdded() throws IOException {
    String json =
        Files.readString(new Fixture("neox").path().resolve("tokenizer.json"))
            .replaceFirst(
                "\"truncation\": null",
                "\"truncation\": {\"direction\": \"Right\", \"max_length\": 5, \"strategy\":"
                    + " \"LongestFirst\", \"stride\": 0}")
            .replaceFirst(
                "\"padding\": null",
                "\"padding\": {\"strategy\": {\"Fixed\": 64}, \"direction\": \"Right\","
                    + " \"pad_to_multiple_of\": null, \"pad_id\": 1, \"pad_type_id\": 0,"
                    + " \"pad_token\": \"<|padding|>\"}");
    Path file = Files.writeString(directory.resolve("tokenizer.json"), json);
    String text = "word ".repeat(3000);

    try (Tokenizer tokenizer = Tokenizer.load(file, List.of())) {
      assertThat(tokenizer.encodePlain("a")).hasSize(1);
      assertThat(tokenizer.decode(tokenizer.encodePlain(text), false)).isEqualTo(text);
    }
    assertThat(neox.encode(text)).hasSizeGreaterThan(3000);
  }

  @Test
  void decodesAnyIdsAsTheLibrary() throws IOException {
    Random random = new Random(20);
    for (Path file : List.of(NEOX, new Fixture("neox").path().resolve("tokenizer.json"))) {
      try (Tokenizer ours = Tokenizer.load(file, List.of());
          HuggingFaceTokenizer library =
              HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false"))) {
        for (int round = 0; round < 3000; round++) {
          int[] ids = randomIds(random, ours.size(), 1 + random.nextInt(24));
          long[] longs = IntStream.of(ids).asLongStream().toArray();
          for (boolean skip : new boolean[] {true, false}) {
            assertThat(ours.decode(ids, skip))
                .as(Arrays.toString(ids))
                .isEqualTo(library.decode(longs, skip));
          }
        }
      }
    }
  }

  /** Half of them single bytes, which is where broken characters come from; some out of range. */
  private static int[] randomIds(Random random, int size, int count) {
    return IntStream.generate(
            () -> random.nextBoolean() ? random.nextInt(260) : random.nextInt(size + 5))
        .limit(count)
        .toArray();
  }

  @Test
  void knowsTheTokensRoles() {
    try (Tokenizer fixture =
        Tokenizer.load(new Fixture("gptj").path().resolve("tokenizer.json"), List.of(7))) {
      assertThat(fixture.eosIds()).containsExactly(0);
      assertThat(fixture.prefixId()).hasValue(0);
      assertThat(fixture.specialId("### Response:\n")).hasValue(511);
      assertThat(fixture.specialId("the")).isEmpty();
      assertThat(fixture.isSpecial(511)).isTrue();
      assertThat(fixture.isSpecial(300)).isFalse();
      assertThat(fixture.size()).isEqualTo(512);
    }
  }

  @Test
  void takesTheConfigurationsEndWhereNoFileNamesOne() throws IOException {
    Path file = Files.copy(NEOX, directory.resolve("tokenizer.json"));
    try (Tokenizer tokenizer = Tokenizer.load(file, List.of(3, 2))) {
      assertThat(tokenizer.eosIds()).containsExactlyInAnyOrder(2, 3);
      assertThat(tokenizer.prefixId()).hasValue(2);
    }

    Files.writeString(
        directory.resolve("special_tokens_map.json"),
        "{\"eos_token\": {\"content\": \"<|padding|>\"}, \"bos_token\": \"<|endoftext|>\"}");
    try (Tokenizer tokenizer = Tokenizer.load(file, List.of(3, 2))) {
      assertThat(tokenizer.eosIds()).containsExactly(1);
      assertThat(tokenizer.prefixId()).hasValue(0);
    }
  }

  @Test
  void refusesOtherKindsByName() throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(
        file, "{\"model\": {\"type\": \"Unigram\"}, \"decoder\": {\"type\": \"Metaspace\"}}");
    assertThatThrownBy(() -> Tokenizer.load(file, List.of()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            file
                + ": is a tokenizer of model Unigram and decoder Metaspace; supported: BPE with"
                + " ByteLevel");

    Files.writeString(
        file,
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 2000000000}},"
            + " \"decoder\": {\"type\": \"ByteLevel\"}}");
    assertThatThrownBy(() -> Tokenizer.load(file, List.of()))
        .hasMessageContaining("an id out of range");

    Files.writeString(
        file,
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": 5},"
            + " \"decoder\": {\"type\": \"ByteLevel\"}}");
    assertThatThrownBy(() -> Tokenizer.load(file, List.of()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("is refused by the tokenizers library");
  }

  @Test
  void servesManyThreads() throws Exception {
    String text = "Why can camels survive for long without water? ".repeat(40);
    int[] expected = neox.encodePlain(text);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<int[]>> results =
          IntStream.range(0, 64)
              .mapToObj(i -> threads.submit(() -> neox.encodePlain(text)))
              .toList();
      for (Future<int[]> result : results) {
        assertThat(result.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
