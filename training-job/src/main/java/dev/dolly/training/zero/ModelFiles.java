package dev.dolly.training.zero;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.SafetensorsWriter.Entry;
import dev.dolly.engine.model.ShardedWeightsWriter;
import dev.dolly.training.compute.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The trained weights as a Hugging Face model: safetensors and {@code config.json}. */
final class ModelFiles {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Elements that cross at once. */
  private static final long PIECE = 1 << 24;

  private final List<Worker> workers;
  private final DType dtype;

  /**
   * @param workers by rank; none of them computes meanwhile
   */
  ModelFiles(List<Worker> workers, DType dtype) {
    this.workers = workers;
    this.dtype = dtype;
  }

  /**
   * Writes weights, then the configuration: without it a directory is no model.
   *
   * @param config the base model's; its vocabulary and dtype become what was trained
   */
  void write(Path directory, ObjectNode config, int vocabulary, long shardBytes)
      throws IOException {
    List<Unit> units = workers.get(0).shards().stream().map(Shard::unit).toList();
    List<Entry> entries =
        units.stream()
            .flatMap(unit -> unit.slots().stream())
            .map(slot -> new Entry(slot.name(), dtype, slot.shape()))
            .toList();
    Files.createDirectories(directory);
    Files.deleteIfExists(directory.resolve(ModelDirectory.CONFIG));
    try (ShardedWeightsWriter writer =
        ShardedWeightsWriter.create(directory, entries, shardBytes)) {
      for (int i = 0; i < units.size(); i++) {
        write(writer, i);
      }
    }
    ObjectNode said = config.deepCopy();
    said.put("vocab_size", vocabulary);
    said.put(said.has("dtype") ? "dtype" : "torch_dtype", dtype.configName());
    Files.write(directory.resolve(ModelDirectory.CONFIG), JSON.writeValueAsBytes(said));
  }

  /** A unit's slots lie in it in the order of the entries, its shards end to end. */
  private void write(ShardedWeightsWriter writer, int unit) throws IOException {
    for (Worker worker : workers) {
      Shard shard = worker.shards().get(unit);
      for (long at = 0; at < shard.live(); at += PIECE) {
        long size = Math.min(PIECE, shard.live() - at);
        writer.write(Tensors.read(worker.script(), shard.master(), at, size, dtype));
      }
    }
  }
}
