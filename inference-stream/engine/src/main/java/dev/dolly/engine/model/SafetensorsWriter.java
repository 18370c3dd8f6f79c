package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a safetensors file whose tensors are known by name and shape beforehand, their bytes piece
 * by piece in the same order: memory is one piece. The file appears under its name only when it is
 * whole; until then it has the suffix {@code .partial}. One thread.
 */
public final class SafetensorsWriter implements AutoCloseable {
  /** The format asks for a header whose end is aligned for any element. */
  private static final int ALIGNMENT = 8;

  private final Path path;
  private final Path partial;
  private final FileChannel channel;
  private final long total;
  private long written;

  /**
   * A tensor to come.
   *
   * @param shape empty for a scalar
   */
  public record Entry(String name, DType dtype, long[] shape) {
    public Entry {
      shape = shape.clone();
      StoredTensor.elements(shape);
    }

    @Override
    public long[] shape() {
      return shape.clone();
    }

    public long elements() {
      return StoredTensor.elements(shape);
    }

    public long byteLength() {
      return Math.multiplyExact(elements(), (long) dtype.bytes());
    }
  }

  private SafetensorsWriter(Path path, Path partial, FileChannel channel, long total) {
    this.path = path;
    this.partial = partial;
    this.channel = channel;
    this.total = total;
  }

  /** Begins the file: writes its header. */
  public static SafetensorsWriter create(Path path, List<Entry> entries) throws IOException {
    return create(path, entries, Map.of());
  }

  /** As above, with further metadata. */
  public static SafetensorsWriter create(
      Path path, List<Entry> entries, Map<String, String> metadata) throws IOException {
    Path partial = path.resolveSibling(path.getFileName() + ".partial");
    FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      writeFully(channel, header(entries, metadata));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new SafetensorsWriter(
        path, partial, channel, entries.stream().mapToLong(Entry::byteLength).sum());
  }

  private static ByteBuffer header(List<Entry> entries, Map<String, String> metadata)
      throws IOException {
    JsonMapper mapper = new JsonMapper();
    ObjectNode root = mapper.createObjectNode();
    // transformers refuses files that do not say which framework's layout this is
    ObjectNode said = root.putObject(SafetensorsFile.METADATA).put("format", "pt");
    new TreeMap<>(metadata).forEach(said::put);
    long offset = 0;
    for (Entry entry : entries) {
      if (root.has(entry.name())) {
        throw new IllegalArgumentException("two tensors named " + entry.name());
      }
      ObjectNode info = root.putObject(entry.name());
      info.put("dtype", entry.dtype().safetensorsName());
      ArrayNode shape = info.putArray("shape");
      Arrays.stream(entry.shape()).forEach(shape::add);
      long end = offset + entry.byteLength();
      info.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = mapper.writeValueAsBytes(root);
    int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header =
        ByteBuffer.allocate(SafetensorsFile.PREFIX + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  /**
   * The next bytes, little-endian, all that remain in the buffer; pieces need not end where tensors
   * end.
   *
   * @throws IllegalStateException when there are more than the entries announced
   */
  public void write(ByteBuffer piece) throws IOException {
    if (piece.remaining() > total - written) {
      throw new IllegalStateException(path + " was announced with " + total + " bytes of tensors");
    }
    written += piece.remaining();
    writeFully(channel, piece);
  }

  /** Ends the file: gives it its name if it is whole, removes it if not. */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    if (written == total) {
      channel.force(true);
      channel.close();
      Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING);
    } else {
      channel.close();
      Files.delete(partial);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
