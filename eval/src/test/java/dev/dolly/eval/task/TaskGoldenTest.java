package dev.dolly.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The first hundred documents of each task, as the reference harness asks them. */
class TaskGoldenTest {
  private static final Path REPOSITORY = Path.of(System.getProperty("dolly.repository"));
  private static final Path GOLDEN = REPOSITORY.resolve("eval/src/test/resources/golden");
  private static final JsonMapper JSON = new JsonMapper();

  @ParameterizedTest
  @EnumSource
  void theRequestsAreTheReferencesByteForByte(Task task) throws IOException {
    TaskData data = data(task);
    assertThat(data.documents()).hasSize(100);
    assertThat(data.requestsDigest())
        .isEqualTo(firstHundred().path(task.title()).path("requests_sha256").textValue());
  }

  @Test
  void hellaswagsRawRecordsBecomeWhatTheReferenceMakesOfThem() throws IOException {
    List<String> lines = Files.readAllLines(GOLDEN.resolve("hellaswag-raw.jsonl"));
    assertThat(lines).hasSize(4);
    for (String line : lines) {
      JsonNode record = JSON.readTree(line);
      Document document = Task.HELLASWAG.document(record);
      assertThat(document.requests())
          .extracting(Request::context)
          .containsOnly(record.path("expected").path("query").textValue());
      assertThat(document.requests())
          .extracting(Request::continuation)
          .containsExactlyElementsOf(
              StreamSupport.stream(record.path("expected").path("choices").spliterator(), false)
                  .map(choice -> " " + choice.textValue())
                  .toList());
      assertThat(document.gold()).isEqualTo(record.path("label").asInt());
    }
  }

  static TaskData data(Task task) {
    return TaskData.read(
        task, REPOSITORY.resolve("config/eval").resolve(task.file()), Integer.MAX_VALUE);
  }

  static JsonNode firstHundred() throws IOException {
    return JSON.readTree(GOLDEN.resolve("first-100.json").toFile());
  }
}
