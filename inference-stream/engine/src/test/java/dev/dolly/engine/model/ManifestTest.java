package dev.dolly.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final String STATE = "trainer-state/rank-0-of-1.safetensors";
  private static final List<String> NAMES = List.of("config.json", STATE);

  @TempDir Path directory;
  private final ObjectNode lineage =
      JsonNodeFactory.instance.objectNode().put("version", "0123456789ab-000200");

  @BeforeEach
  void files() throws IOException {
    Files.writeString(directory.resolve("config.json"), "{\"a\": 1}");
    Files.createDirectory(directory.resolve("trainer-state"));
    Files.writeString(directory.resolve(STATE), "moments");
  }

  @Test
  void whatWasWrittenIsReadAndHolds() throws IOException {
    Manifest written = ManifestWriter.write(directory, NAMES, lineage);

    Manifest read = Manifest.read(directory);

    assertThat(read).isEqualTo(written);
    assertThat(read.lineage().path("version").asText()).isEqualTo("0123456789ab-000200");
    assertThat(read.totalBytes()).isEqualTo(8 + 7);
    assertThat(read.modelFiles()).containsExactly("config.json");
    assertThat(read.digest()).isEqualTo(DirectoryDigest.of(directory));
    read.verify(directory);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("config.json", "trainer-state", "manifest.json");
    }
  }

  @Test
  void theSameFilesGiveTheSameDigest() throws IOException {
    String first = ManifestWriter.write(directory, NAMES, lineage).digest();
    String again = ManifestWriter.write(directory, List.of(STATE, "config.json"), lineage).digest();
    String other = ManifestWriter.write(directory, List.of("config.json"), lineage).digest();

    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void namesTheFileThatDiffers() throws IOException {
    Manifest manifest = ManifestWriter.write(directory, NAMES, lineage);

    Files.writeString(directory.resolve(STATE), "Moments");
    assertThatThrownBy(() -> manifest.verify(directory))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(STATE)
        .hasMessageContaining("changed or damaged");

    Files.writeString(directory.resolve("config.json"), "{\"a\": 1");
    assertThatThrownBy(() -> manifest.verify(directory))
        .hasMessageContaining("config.json: has 7 bytes, not 8");

    Files.delete(directory.resolve("config.json"));
    assertThatThrownBy(() -> manifest.verify(directory))
        .hasMessageContaining("config.json: is missing");
  }

  @Test
  void aModelAloneHoldsWithoutTheTrainersState() throws IOException {
    Manifest manifest = ManifestWriter.write(directory, NAMES, lineage);
    Files.delete(directory.resolve(STATE));

    manifest.verify(directory, manifest.modelFiles());

    assertThatThrownBy(() -> manifest.verify(directory)).hasMessageContaining(STATE);
  }

  @Test
  void aDirectoryWithoutOneWasNotFinished() {
    assertThatThrownBy(() -> Manifest.read(directory))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("manifest.json: is missing")
        .hasMessageContaining("not written to its end");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"files\": {}}",
        "{\"files\": {}, \"lineage\": []}",
        "{\"files\": {}, \"lineage\": {}, \"more\": 1}",
        "{\"files\": {}, \"files\": {}, \"lineage\": {}}",
        "{\"files\": {\"a\": {\"size\": 1}}, \"lineage\": {}}",
        "{\"files\": {\"a\": {\"size\": 1.5, \"sha256\": \"00\"}}, \"lineage\": {}}",
        "{\"files\": {\"a\": {\"size\": 1, \"sha256\": \"00\"}}, \"lineage\": {}}",
      })
  void refusesWhatIsNone(String text) throws IOException {
    Files.writeString(directory.resolve("manifest.json"), text);

    assertThatThrownBy(() -> Manifest.read(directory))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("manifest.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../a", "/etc/a", "a/../b", "a//b", "./a", "a\\b", "manifest.json"})
  void refusesNamesThatLeadElsewhere(String name) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("files").putObject(name).put("size", 0).put("sha256", "0".repeat(64));
    root.putObject("lineage");

    assertThatThrownBy(
            () ->
                Manifest.parse(
                    directory.resolve("manifest.json"),
                    root.toString().getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("names a file that is none of a checkpoint's");
  }
}
