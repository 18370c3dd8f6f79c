package dev.dolly.chaos;

import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Prompts of all kinds, each a function of seed and number alone: short and long, greedy and drawn,
 * with stop strings, log-probabilities, priorities, deadlines and cancellations, on both topics;
 * one in twenty is broken.
 *
 * <p>Immutable, safe for use from several threads.
 */
final class Load {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** Tokens that a word may cost in a small vocabulary, and then some for what stands around. */
  private static final int TOKENS_A_WORD = 6;

  private static final String[] WORDS = {
    "why",
    "is",
    "the",
    "sky",
    "blue",
    "name",
    "three",
    "rivers",
    "of",
    "Europe",
    "and",
    "write",
    "a",
    "letter",
    "to",
    "your",
    "future",
    "self",
    "how",
    "many",
    "legs",
    "has",
    "spider",
    "explain",
    "gravity",
    "like",
    "I",
    "am",
    "five",
    "list",
    "some",
    "good",
    "books",
    "about",
    "history",
    "größer",
    "naïve",
    "東京",
    "🙂",
    "### Response:",
    "42",
    "3.14",
    "(sic)",
    "\n",
    "\"quoted\""
  };
  private static final String[] STOPS = {
    " the", "e", ".", "\n\n", " of", "###", "ing", "zebra", "a b", "👍"
  };
  private static final Duration[] DEADLINES = {
    Duration.ofMillis(50), Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ofMinutes(10)
  };

  private final long seed;
  private final int window;

  /**
   * @param window tokens that the model can look at: long prompts are made to fit it, too long ones
   *     not to
   */
  Load(long seed, int window) {
    this.seed = seed;
    this.window = window;
  }

  /**
   * A prompt.
   *
   * @param number from 0
   */
  LoadPrompt prompt(int number) {
    Random random = new Random(seed ^ (number + 1) * GOLDEN);
    Way way = random.nextInt(10) < 3 ? Way.AVRO : Way.RAW;
    Optional<Flaw> flaw =
        oneIn(20, random) ? Optional.of(any(Flaw.on(way), random)) : Optional.empty();
    Optional<Duration> deadline =
        flaw.isEmpty() && oneIn(20, random)
            ? Optional.of(DEADLINES[random.nextInt(DEADLINES.length)])
            : Optional.empty();
    boolean cancelled = way == Way.AVRO && flaw.isEmpty() && oneIn(20, random);
    Prompt.Builder prompt =
        Prompt.newBuilder()
            .setRequestId("chaos-" + seed + "-" + number)
            .setInstruction(words(length(random), random) + "?")
            .setParams(params(random));
    if (oneIn(4, random)) {
      prompt.setContext(words(length(random), random));
    }
    if (oneIn(6, random)) {
      prompt.setPriority(random.nextInt(21) - 10);
    }
    if (oneIn(8, random)) {
      prompt.setMetadata(Map.of("number", Integer.toString(number)));
    }
    flaw.ifPresent(f -> spoil(prompt, f));
    return new LoadPrompt(prompt.build(), way, flaw, deadline, cancelled);
  }

  /** What a flaw does to the record itself; the other flaws are those of its bytes. */
  private void spoil(Prompt.Builder prompt, Flaw flaw) {
    switch (flaw) {
      case BLANK -> prompt.setInstruction(" \t ");
      case TOO_LONG -> prompt.setInstruction("word ".repeat(window + 1));
      case OUT_OF_RANGE ->
          prompt.setParams(PromptParams.newBuilder(prompt.getParams()).setTopP(1.5).build());
      case TORN, DUPLICATE_KEY, WRONG_TYPE, NO_INSTRUCTION, UNKNOWN_FIELD, UNKNOWN_SCHEMA -> {}
    }
  }

  private PromptParams params(Random random) {
    PromptParams.Builder params =
        PromptParams.newBuilder()
            .setMaxNewTokens(newTokens(random))
            .setDoSample(!oneIn(4, random))
            .setTemperature(oneIn(10, random) ? 0 : 0.5 + random.nextDouble())
            .setTopP(oneIn(3, random) ? 1.0 : 0.5 + random.nextDouble() / 2)
            // Without this bound, most draws would sort the whole vocabulary of a model of noise.
            .setTopK(oneIn(20, random) ? 0 : 1 + random.nextInt(100));
    if (oneIn(2, random)) {
      params.setSeed(random.nextLong());
    }
    if (oneIn(5, random)) {
      List<String> stop = new ArrayList<>();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        stop.add(STOPS[random.nextInt(STOPS.length)]);
      }
      params.setStop(stop);
    }
    if (oneIn(10, random)) {
      params.setLogprobs(1 + random.nextInt(5));
    }
    return params.build();
  }

  /** Mostly a few, now and then many. */
  private static int newTokens(Random random) {
    return oneIn(10, random) ? 64 + random.nextInt(128) : 1 + random.nextInt(40);
  }

  /** In words: mostly a line, now and then as long as the window allows. */
  private int length(Random random) {
    return oneIn(10, random)
        ? 1 + random.nextInt(Math.max(1, Math.min(window / TOKENS_A_WORD / 3, 150)))
        : 3 + random.nextInt(12);
  }

  private static String words(int count, Random random) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(WORDS[random.nextInt(WORDS.length)]);
    }
    // So that no text is nothing but white space.
    return "So " + String.join(" ", words);
  }

  private static <T> T any(List<T> values, Random random) {
    return values.get(random.nextInt(values.size()));
  }

  private static boolean oneIn(int count, Random random) {
    return random.nextInt(count) == 0;
  }
}
