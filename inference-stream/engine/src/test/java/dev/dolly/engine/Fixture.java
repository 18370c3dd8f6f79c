package dev.dolly.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A small model and what the reference implementation computes with it, in fp32. */
public record Fixture(String name) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static List<Fixture> all() {
    return List.of(
        new Fixture("neox"),
        new Fixture("neox-bf16"),
        new Fixture("neox-sequential"),
        new Fixture("gptj"));
  }

  public Path path() {
    return Path.of(System.getProperty("dolly.repository"))
        .resolve("inference-stream/engine/src/test/resources/fixtures")
        .resolve(name);
  }

  public LanguageModel load() {
    return LanguageModel.load(ModelDirectory.open(path()), ComputeSettings.of(DType.FLOAT32));
  }

  public LanguageModel load(int devices) {
    return LanguageModel.load(
        ModelDirectory.open(path()),
        ComputeSettings.of(DType.FLOAT32).withDevices(new Devices(devices)));
  }

  /** A golden file of one JSON value. */
  public JsonNode golden(String file) {
    try {
      return JSON.readTree(path().resolve("golden").resolve(file).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A golden file of one JSON value a line. */
  public List<JsonNode> goldenLines(String file) {
    try {
      return Files.readAllLines(path().resolve("golden").resolve(file)).stream()
          .map(Fixture::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An fp32 tensor of a golden safetensors file, read without our own reader. */
  public float[] goldenTensor(String file, String tensor) {
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(Files.readAllBytes(path().resolve("golden").resolve(file)))
              .order(ByteOrder.LITTLE_ENDIAN);
      int header = 8 + (int) bytes.getLong(0);
      JsonNode offsets =
          JSON.readTree(bytes.array(), 8, header - 8).path(tensor).path("data_offsets");
      float[] values = new float[(offsets.get(1).asInt() - offsets.get(0).asInt()) / 4];
      bytes.position(header + offsets.get(0).asInt());
      bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
