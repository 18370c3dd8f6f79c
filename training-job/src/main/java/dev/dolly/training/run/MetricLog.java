package dev.dolly.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a run measured so far: a line each in {@code metrics.jsonl} beside the checkpoints, and, as
 * {@code --metrics} has it, in another file. A run that goes on from a checkpoint keeps the lines
 * up to it. One thread.
 */
final class MetricLog implements AutoCloseable {
  static final String FILE = "metrics.jsonl";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<StepMetric> all = new ArrayList<>();
  private final BufferedWriter own;
  private final Optional<BufferedWriter> other;

  /**
   * @param upTo the step gone on from; 0: a run from its beginning
   */
  MetricLog(Path directory, Optional<Path> otherFile, long upTo) throws IOException {
    Path file = directory.resolve(FILE);
    if (upTo > 0 && Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        read(line).filter(metric -> metric.step() <= upTo).ifPresent(all::add);
      }
    }
    own = Files.newBufferedWriter(file);
    if (otherFile.isPresent()) {
      Path parent = otherFile.get().toAbsolutePath().getParent();
      Files.createDirectories(parent);
      other = Optional.of(Files.newBufferedWriter(otherFile.get()));
    } else {
      other = Optional.empty();
    }
    for (StepMetric metric : all) {
      write(metric);
    }
  }

  /** A killed run may leave half a line. */
  private static Optional<StepMetric> read(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      return node.isObject() ? Optional.of(StepMetric.fromJson(node)) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  void add(StepMetric metric) throws IOException {
    all.add(metric);
    write(metric);
  }

  private void write(StepMetric metric) throws IOException {
    writeLine(own, metric.toJson());
    if (other.isPresent()) {
      writeLine(other.get(), metric.toLine());
    }
  }

  private static void writeLine(BufferedWriter writer, ObjectNode line) throws IOException {
    writer.write(line.toString());
    writer.newLine();
    writer.flush();
  }

  /** In the order of the steps. */
  List<StepMetric> all() {
    return Collections.unmodifiableList(all);
  }

  @Override
  public void close() throws IOException {
    own.close();
    if (other.isPresent()) {
      other.get().close();
    }
  }
}
