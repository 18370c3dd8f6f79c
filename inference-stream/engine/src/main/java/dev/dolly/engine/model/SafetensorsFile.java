package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and checks the header of a safetensors file: eight bytes little-endian length, a JSON
 * object of that length, then the tensors' bytes without gaps. As strict as the format's own
 * implementation.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsFile {
  /** The length field. */
  static final int PREFIX = Long.BYTES;

  static final String METADATA = "__metadata__";

  /** The format's own limit: a longer header is a mistake or an attack. */
  private static final int MAX_HEADER = 100_000_000;

  private SafetensorsFile() {}

  private record Span(String name, long begin, long end) {}

  /**
   * Reads a header.
   *
   * @throws ModelFormatException when the file is missing, torn or none of this format
   */
  public static WeightFile read(Path path) {
    try (FileChannel channel = FileChannel.open(path)) {
      long size = channel.size();
      long headerLength = size < PREFIX ? 0 : readFully(channel, 0, PREFIX).getLong();
      if (headerLength < 2 || headerLength > size - PREFIX) {
        throw new ModelFormatException(
            path,
            "is torn or no safetensors file: a header of "
                + headerLength
                + " bytes in a file of "
                + size
                + "; fetch it again");
      }
      if (headerLength > MAX_HEADER) {
        throw new ModelFormatException(path, "has a header of " + headerLength + " bytes");
      }
      byte[] header = readFully(channel, PREFIX, (int) headerLength).array();
      return parse(path, JsonFile.parseObject(path, header), PREFIX + headerLength, size);
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(path, "is missing from the model directory", e);
    } catch (IOException e) {
      throw ModelFormatException.unreadable(path, e);
    }
  }

  private static ByteBuffer readFully(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("ends in its header");
      }
    }
    return buffer.flip();
  }

  private static WeightFile parse(Path path, ObjectNode header, long dataStart, long size) {
    Map<String, StoredTensor> tensors = new HashMap<>();
    Map<String, String> others = new HashMap<>();
    Map<String, String> metadata = new HashMap<>();
    List<Span> spans = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      String name = field.getKey();
      if (name.equals(METADATA)) {
        field.getValue().properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
        continue;
      }
      JsonNode info = field.getValue();
      String type = info.path("dtype").asText("");
      long[] shape = longs(path, name, info, "shape");
      long[] offsets = longs(path, name, info, "data_offsets");
      if (type.isEmpty() || offsets.length != 2 || offsets[0] > offsets[1]) {
        throw broken(path, name, info);
      }
      spans.add(new Span(name, offsets[0], offsets[1]));
      Optional<DType> dtype = DType.ofSafetensors(type);
      if (dtype.isEmpty()) {
        others.put(name, "is stored as " + type + ", which is not computed with");
        continue;
      }
      long length = offsets[1] - offsets[0];
      try {
        tensors.put(
            name, new StoredTensor(name, dtype.get(), shape, path, dataStart + offsets[0], length));
      } catch (ArithmeticException | IllegalArgumentException e) {
        throw broken(path, name, info);
      }
    }
    requireGapless(path, spans, size - dataStart);
    return new WeightFile(path, tensors, others, metadata);
  }

  private static void requireGapless(Path path, List<Span> spans, long dataLength) {
    spans.sort(Comparator.comparingLong(Span::begin).thenComparingLong(Span::end));
    long end = 0;
    for (Span span : spans) {
      if (span.end > dataLength) {
        throw new ModelFormatException(
            path,
            "is torn: tensor "
                + span.name
                + " ends at byte "
                + span.end
                + " of "
                + dataLength
                + "; fetch it again");
      }
      if (span.begin != end) {
        throw new ModelFormatException(
            path,
            "tensor "
                + span.name
                + " starts at byte "
                + span.begin
                + " where "
                + end
                + " was due: tensors overlap or leave a gap");
      }
      end = span.end;
    }
    if (end != dataLength) {
      throw new ModelFormatException(
          path, "has " + (dataLength - end) + " bytes that belong to no tensor; fetch it again");
    }
  }

  private static long[] longs(Path path, String name, JsonNode info, String field) {
    JsonNode array = info.path(field);
    if (!array.isArray()) {
      throw broken(path, name, info);
    }
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = array.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw broken(path, name, info);
      }
      values[i] = value.longValue();
    }
    return values;
  }

  private static ModelFormatException broken(Path path, String name, JsonNode info) {
    return new ModelFormatException(
        path, "describes tensor " + name + " in a way that makes no sense: " + info);
  }
}
