package dev.dolly.training.recipe.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The golden is what the {@code tokenizers} package 0.23 learns from the same texts: contractions,
 * runs of spaces, letters of several bytes, pairs equally frequent, pairs that overlap themselves.
 */
class BpeTrainerTest {
  @Test
  void learnsTheMergesThatTheTokenizersPackageLearns() throws Exception {
    JsonNode golden = golden();
    PreTokens pieces = new PreTokens();
    golden.path("texts").forEach(text -> pieces.add(text.asText()));
    BpeTrainer trainer = new BpeTrainer(List.of("<|endoftext|>"));

    trainer.train(pieces.counts(), golden.path("entries").size());

    List<String> merges = new ArrayList<>();
    for (BpeTrainer.Merge merge : trainer.merges()) {
      merges.add(trainer.entries().get(merge.left()) + " " + trainer.entries().get(merge.right()));
    }
    assertThat(merges).isEqualTo(strings(golden.path("merges")));
    assertThat(trainer.entries()).isEqualTo(strings(golden.path("entries")));
  }

  @Test
  void stopsWhereNothingIsLeftToMerge() {
    BpeTrainer trainer = new BpeTrainer(List.of());

    trainer.train(Map.of("ab", 3), 1000);

    assertThat(trainer.entries()).hasSize(257).endsWith("ab");
  }

  private static JsonNode golden() throws Exception {
    try (InputStream in = BpeTrainerTest.class.getResourceAsStream("golden.json")) {
      return new JsonMapper().readTree(in);
    }
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(text -> strings.add(text.asText()));
    return strings;
  }
}
