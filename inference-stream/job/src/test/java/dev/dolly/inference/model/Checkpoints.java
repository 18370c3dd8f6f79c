package dev.dolly.inference.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ManifestWriter;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.TrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Checkpoints of the engine's small models, as training leaves them. */
public final class Checkpoints {
  public static final String MODEL = "neox";
  public static final String NEOX = "GPTNeoXForCausalLM";

  private static final Path FIXTURES =
      Path.of(
          System.getProperty("dolly.repository"),
          "inference-stream/engine/src/test/resources/fixtures");

  private Checkpoints() {}

  /** Saves one; returns its manifest. */
  public static Manifest save(Path directory, String fixture) {
    try {
      Files.createDirectories(directory);
      List<String> names = new ArrayList<>();
      try (Stream<Path> files = Files.list(FIXTURES.resolve(fixture))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String name = file.getFileName().toString();
          Files.write(directory.resolve(name), Files.readAllBytes(file));
          names.add(name);
        }
      }
      return ManifestWriter.write(
          directory,
          names,
          JsonNodeFactory.instance.objectNode().put("version", directory.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The event that promotes what was saved there. */
  public static CheckpointEvent.Builder promotion(
      Path directory, String version, String architecture) {
    return CheckpointEvent.newBuilder()
        .setEventId("promotes " + version + " " + System.nanoTime())
        .setModel(MODEL)
        .setVersion(version)
        .setStatus(CheckpointStatus.PROMOTED)
        .setReason("for a test")
        .setUri(directory.toUri().toString())
        .setManifestDigest(Manifest.read(directory).digest())
        .setArchitecture(architecture)
        .setDtype("float32")
        .setParameters(1L)
        .setRun(new TrainingRun("0123456789ab", 100L, 1.0, 2.5, null, Map.of()))
        .setDataset(List.of())
        .setRecords(10L)
        .setCreatedAt(0L);
  }
}
