package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.SafetensorsWriter.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes a model's tensors as Hugging Face does: one safetensors file, or where they exceed a size
 * several of them and an index. Memory is one piece. One thread.
 */
public final class ShardedWeightsWriter implements AutoCloseable {
  /** Hugging Face's default. */
  public static final long SHARD_BYTES = 5_000_000_000L;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path directory;
  private final List<List<Entry>> shards;
  private int next;
  private SafetensorsWriter writer;
  private long left; // bytes of the shard that is being written

  private ShardedWeightsWriter(Path directory, List<List<Entry>> shards) {
    this.directory = directory;
    this.shards = shards;
  }

  /**
   * Begins, and removes what an earlier model left there: it would be found before, or beside, what
   * is written now.
   *
   * @param entries in the order in which their bytes will come
   */
  public static ShardedWeightsWriter create(Path directory, List<Entry> entries, long shardBytes)
      throws IOException {
    Files.createDirectories(directory);
    Files.deleteIfExists(directory.resolve(ModelDirectory.SAFETENSORS));
    Files.deleteIfExists(directory.resolve(ModelDirectory.SAFETENSORS_INDEX));
    return new ShardedWeightsWriter(directory, split(entries, shardBytes));
  }

  /** In order, each shard as full as it gets; a tensor is never split. */
  private static List<List<Entry>> split(List<Entry> entries, long shardBytes) {
    List<List<Entry>> shards = new ArrayList<>();
    long size = 0;
    for (Entry entry : entries) {
      if (shards.isEmpty() || size + entry.byteLength() > shardBytes) {
        shards.add(new ArrayList<>());
        size = 0;
      }
      shards.get(shards.size() - 1).add(entry);
      size += entry.byteLength();
    }
    return shards;
  }

  /** The next bytes, little-endian, all that remain in the buffer. */
  public void write(ByteBuffer piece) throws IOException {
    while (piece.hasRemaining()) {
      if (left == 0) {
        open();
      }
      ByteBuffer part = piece.slice();
      part.limit((int) Math.min(left, part.remaining()));
      piece.position(piece.position() + part.remaining());
      left -= part.remaining();
      writer.write(part);
    }
  }

  /** Ends the last file, and writes the index where there are several. */
  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
    if (left == 0 && next == shards.size() && next > 1) {
      writeIndex();
    }
  }

  private void open() throws IOException {
    if (next == shards.size()) {
      throw new IllegalStateException("more bytes than the entries announced");
    }
    if (writer != null) {
      writer.close();
    }
    List<Entry> entries = shards.get(next);
    writer = SafetensorsWriter.create(directory.resolve(name(next)), entries);
    left = entries.stream().mapToLong(Entry::byteLength).sum();
    next++;
  }

  private String name(int shard) {
    return shards.size() == 1
        ? ModelDirectory.SAFETENSORS
        : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, shards.size());
  }

  private void writeIndex() throws IOException {
    ObjectNode index = JSON.createObjectNode();
    index
        .putObject("metadata")
        .put(
            "total_size", shards.stream().flatMap(List::stream).mapToLong(Entry::byteLength).sum());
    ObjectNode map = index.putObject("weight_map");
    for (int i = 0; i < shards.size(); i++) {
      for (Entry entry : shards.get(i)) {
        map.put(entry.name(), name(i));
      }
    }
    Files.write(directory.resolve(ModelDirectory.SAFETENSORS_INDEX), JSON.writeValueAsBytes(index));
  }
}
