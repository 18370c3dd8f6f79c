package dev.dolly.eval.heldout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RougeLTest {
  /** Made with rouge_score 0.1.2, {@code RougeScorer(['rougeL'], use_stemmer=False)}. */
  static List<JsonNode> goldens() throws IOException {
    Path file =
        Path.of(
            System.getProperty("dolly.repository"), "eval/src/test/resources/rouge/golden.json");
    List<JsonNode> pairs = new ArrayList<>();
    new JsonMapper().readTree(file.toFile()).forEach(pairs::add);
    return pairs;
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void hasTheFiguresOfTheReference(JsonNode golden) {
    assertThat(RougeL.fMeasure(golden.path("reference").asText(), golden.path("answer").asText()))
        .isCloseTo(golden.path("f").asDouble(), within(1e-12));
  }
}
