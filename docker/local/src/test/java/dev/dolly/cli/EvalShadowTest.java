package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A running stack's answers, and what a candidate would have answered. */
@Timeout(300)
class EvalShadowTest {
  private static final int PROMPTS = 6;

  @TempDir private static Path directory;
  private static RunningChain chain;

  @BeforeAll
  static void ask() throws Exception {
    chain = new RunningChain(directory.resolve("stack"), "neox");
    for (int i = 0; i < PROMPTS; i++) {
      chain.send(
          "{\"request_id\": \"r%d\", \"instruction\": \"question %d\", \"context\": \"%s\","
                  .formatted(i, i, i == 1 ? "about it" : "")
              + (i % 2 == 0
                  ? " \"params\": {\"do_sample\": false, \"max_new_tokens\": 12}}"
                  : " \"params\": {\"max_new_tokens\": 12}}")); // the seed is the answer's
    }
    chain.await(PROMPTS);
  }

  @AfterAll
  static void stop() throws Exception {
    chain.close();
  }

  @Test
  void theSameModelAnswersTheSameGreedyAndDrawn() throws Exception {
    Map<TopicPartition, Long> before = ends();

    List<JsonNode> lines = shadow("--candidate", Fixtures.model("neox").toString());

    assertThat(lines).hasSize(1);
    JsonNode summary = lines.get(0).path("summary");
    assertThat(summary.path("prompts").asInt()).isEqualTo(PROMPTS);
    assertThat(summary.path("equal").asInt()).isEqualTo(PROMPTS);
    assertThat(summary.path("different").asInt(-1)).isZero();
    for (String part : List.of("mean_tokens", "mean_characters", "finish_reasons")) {
      assertThat(summary.at("/candidate/" + part)).isEqualTo(summary.at("/recorded/" + part));
    }
    assertThat(ends()).as("nothing was written").isEqualTo(before);
  }

  @Test
  void anotherModelsChangesAreShown() throws Exception {
    Map<TopicPartition, Long> before = ends();

    List<JsonNode> lines =
        shadow("--candidate", Fixtures.model("neox-sequential").toString(), "--limit", "4");

    JsonNode summary = lines.get(lines.size() - 1).path("summary");
    assertThat(summary.path("prompts").asInt()).isEqualTo(4);
    assertThat(summary.path("equal").asInt()).isLessThan(4);
    assertThat(lines).hasSize(4 - summary.path("equal").asInt() + 1);
    Map<String, String> texts =
        chain.responses.stream()
            .collect(Collectors.toMap(Response::getRequestId, Response::getText));
    for (JsonNode changed : lines.subList(0, lines.size() - 1)) {
      assertThat(changed.path("recorded").asText())
          .isEqualTo(texts.get(changed.path("request_id").asText()))
          .isNotEqualTo(changed.path("candidate").asText());
      assertThat(changed.path("comparison").asText()).isIn("similar", "different");
    }
    assertThat(ends()).isEqualTo(before);
  }

  @Test
  void peopleSeeATable() {
    Invocation done =
        Invocation.on(
            chain.cluster, "eval", "shadow", "--candidate", Fixtures.model("neox").toString());

    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out())
        .startsWith("6 prompts, 6 equal, 0 similar, 0 different\n")
        .containsPattern("recorded .*LENGTH=6")
        .containsPattern("candidate .*LENGTH=6");
    assertThat(Invocation.on(chain.cluster, "eval", "shadow").code()).isEqualTo(2);
    assertThat(
            Invocation.on(
                    chain.cluster,
                    "eval",
                    "shadow",
                    "--from=2999-01-01T00:00:00Z",
                    "--candidate",
                    Fixtures.model("neox").toString())
                .err())
        .contains("there are no answers to compare with");
  }

  private static List<JsonNode> shadow(String... arguments) throws Exception {
    String[] all = new String[arguments.length + 3];
    all[0] = "eval";
    all[1] = "shadow";
    all[2] = "--json";
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    Invocation done = Invocation.on(chain.cluster, all);
    assertThat(done.code()).as(done.err()).isZero();
    return done.lines();
  }

  /** Of every topic there is. */
  private static Map<TopicPartition, Long> ends() throws Exception {
    try (Admin admin = chain.cluster.admin()) {
      List<String> topics =
          admin.listTopics().names().get().stream()
              .filter(name -> TopicCatalogue.find(name).isPresent())
              .toList();
      Map<TopicPartition, OffsetSpec> wanted =
          admin.describeTopics(topics).allTopicNames().get().values().stream()
              .flatMap(
                  topic ->
                      topic.partitions().stream()
                          .map(info -> new TopicPartition(topic.name(), info.partition())))
              .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
      return admin.listOffsets(wanted).all().get().entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
    }
  }
}
