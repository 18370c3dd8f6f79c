package dev.dolly.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every current schema against all versions that were ever given out. */
class SchemaHistoryTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path MODULE = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
  private static final SchemaHistory HISTORY =
      new SchemaHistory(MODULE.resolve("src/main/avro-history"));

  static List<Topic<? extends SpecificRecord>> topics() {
    return TopicCatalogue.avro();
  }

  @ParameterizedTest
  @MethodSource("topics")
  void currentSchemaFollowsItsHistory(Topic<? extends SpecificRecord> topic) throws IOException {
    Schema current = PublishedSchema.of(TopicValue.recordType(topic));
    Path offered =
        Files.createDirectories(MODULE.resolve("target/current-schemas"))
            .resolve(topic.subject() + ".avsc");
    Files.writeString(offered, JSON.readTree(current.toString()).toPrettyString() + "\n");

    assertThat(HISTORY.problems(topic.subject(), current, offered)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("topics")
  void versionsAreCompatibleWithEachOther(Topic<? extends SpecificRecord> topic) {
    List<Schema> versions = HISTORY.versions(topic.subject());
    for (int newer = 1; newer < versions.size(); newer++) {
      for (int older = 0; older < newer; older++) {
        assertThat(SchemaCompatibilityCheck.problems(versions.get(older), versions.get(newer)))
            .as("v%d after v%d", newer + 1, older + 1)
            .isEmpty();
      }
    }
  }

  @Test
  void holdsNothingButVersionsOfKnownSubjects() {
    Set<Path> expected = new HashSet<>();
    for (Topic<?> topic : topics()) {
      for (int v = 1; v <= HISTORY.versions(topic.subject()).size(); v++) {
        expected.add(HISTORY.file(topic.subject(), v));
      }
    }
    assertThat(HISTORY.files()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aChangeThatIsNotInTheHistoryIsNamedWithTheRemedy(@TempDir Path directory)
      throws IOException {
    Topic<?> topic = TopicCatalogue.PROMPTS;
    Schema current = PublishedSchema.of(TopicValue.recordType(TopicCatalogue.PROMPTS));
    SchemaHistory history = new SchemaHistory(directory);
    Path first = history.file(topic.subject(), 1);
    Files.createDirectories(first.getParent());
    String older = current.toString().replace("What the model shall do.", "What to do.");
    Files.writeString(first, older);

    Path offered = Path.of("offered.avsc");
    assertThat(history.problems(topic.subject(), current, offered))
        .singleElement()
        .asString()
        .contains("cp offered.avsc", "v2.avsc");

    Files.writeString(history.file(topic.subject(), 2), current.toString());
    assertThat(history.problems(topic.subject(), current, offered)).isEmpty();
  }

  @Test
  void anIncompatibleChangeIsRefusedEvenWithANewFile(@TempDir Path directory) throws IOException {
    Topic<?> topic = TopicCatalogue.PROMPTS;
    Schema current = PublishedSchema.of(TopicValue.recordType(TopicCatalogue.PROMPTS));
    SchemaHistory history = new SchemaHistory(directory);
    Files.createDirectories(history.file(topic.subject(), 1).getParent());
    String older = current.toString().replace("\"name\":\"instruction\"", "\"name\":\"question\"");
    Files.writeString(history.file(topic.subject(), 1), older);
    Files.writeString(history.file(topic.subject(), 2), current.toString());

    assertThat(history.problems(topic.subject(), current, Path.of("offered.avsc")))
        .isNotEmpty()
        .allMatch(problem -> problem.startsWith("dolly.prompts-value v1: "));
  }
}
