package dev.dolly.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.dolly.eval.EvaluationException;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SuitesTest {
  private static final Path CONFIG = Path.of(System.getProperty("dolly.repository"), "config");

  @Test
  void allThatAreNamedAreMadeInTheirOrder() {
    Map<String, Map<String, String>> named = new LinkedHashMap<>();
    named.put("heldout", Map.of("limit", "100", "max_new_tokens", "32"));
    named.put("answers", Map.of("questions", "eval/dolly-mini.jsonl"));
    named.put("zero_shot", Map.of("tasks", "piqa", "limit", "2"));

    assertThat(of(named)).extracting(Suite::name).containsExactlyElementsOf(named.keySet());
  }

  @Test
  void allProblemsAreSaidAtOnce() {
    Map<String, Map<String, String>> named =
        Map.of(
            "answers", Map.of("limit", "1"),
            "heldout", Map.of("limit", "0", "data", "a.jsonl"),
            "elsewhere", Map.of());

    assertThatExceptionOfType(EvaluationException.class)
        .isThrownBy(() -> of(named))
        .withMessageContaining("answers: questions must name a file")
        .withMessageContaining("answers has no option limit")
        .withMessageContaining("heldout: limit must be a whole number above 0: 0")
        .withMessageContaining("heldout has no option data")
        .withMessageContaining("no suite elsewhere; there are [answers, heldout, zero_shot]");
  }

  private static List<Suite> of(Map<String, Map<String, String>> named) {
    return Suites.of(
        new GateRules(Duration.ofMinutes(1), named, List.of(), List.of()),
        CONFIG,
        new GateSettings("127.0.0.1:1", "http://127.0.0.1:2", "m", CheckpointPrefixes.parse("")));
  }
}
