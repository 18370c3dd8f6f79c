package dev.dolly.engine.model;

import dev.dolly.engine.model.PickleReader.PickledTensor;
import dev.dolly.engine.model.PickleReader.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Reads what PyTorch 1.6 and newer save: a zip of stored (never compressed) entries, {@code
 * NAME/data.pkl} with the tensors' descriptions and one entry {@code NAME/data/KEY} for each
 * storage, so that a tensor is a stretch of the file itself.
 *
 * @see <a
 *     href="https://github.com/pytorch/pytorch/blob/v2.7.1/docs/source/notes/serialization.rst">the
 *     format</a>
 */
final class TorchFile {
  private static final String DESCRIPTION = "data.pkl";

  /** Far above any real one (100 bytes a tensor), far below what would hurt. */
  private static final long MAX_PICKLE = 64L << 20;

  private final Path path;
  private final ZipFile zip;
  private final long fileSize;
  private final String prefix;

  private TorchFile(Path path, ZipFile zip, long fileSize, String prefix) {
    this.path = path;
    this.zip = zip;
    this.fileSize = fileSize;
    this.prefix = prefix;
  }

  static WeightFile read(Path path) {
    try {
      requireZip(path);
      try (ZipFile zip = ZipFile.builder().setPath(path).get()) {
        String description =
            Collections.list(zip.getEntries()).stream()
                .map(ZipArchiveEntry::getName)
                .filter(name -> name.indexOf('/') == name.length() - DESCRIPTION.length() - 1)
                .filter(name -> name.endsWith("/" + DESCRIPTION))
                .findFirst()
                .orElseThrow(
                    () ->
                        new ModelFormatException(
                            path, "holds no " + DESCRIPTION + ": not saved by PyTorch"));
        String prefix = description.substring(0, description.length() - DESCRIPTION.length());
        return new TorchFile(path, zip, Files.size(path), prefix).read();
      }
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(path, "is missing from the model directory", e);
    } catch (IOException | IllegalArgumentException e) { // the library throws both at nonsense
      throw new ModelFormatException(
          path, "is torn or no PyTorch file (" + e.getMessage() + "); fetch it again", e);
    }
  }

  /** A zip starts with PK; a bare pickle is what PyTorch wrote before 1.6. */
  private static void requireZip(Path path) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(path)) {
      start = in.readNBytes(2);
    }
    if (start.length == 2 && start[0] == (byte) 0x80) {
      throw new ModelFormatException(
          path,
          "is in PyTorch's format from before 1.6; convert it:"
              + " torch.save(torch.load(FILE, weights_only=True), FILE) with any newer PyTorch");
    }
    if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
      throw new ModelFormatException(path, "is torn or no PyTorch file; fetch it again");
    }
  }

  private WeightFile read() throws IOException {
    Optional<byte[]> byteOrder = bytes("byteorder");
    if (byteOrder.isPresent()
        && !new String(byteOrder.get(), StandardCharsets.US_ASCII).equals("little")) {
      throw new ModelFormatException(path, "was saved on a big-endian machine; save it again");
    }
    byte[] pickle =
        bytes(DESCRIPTION).orElseThrow(() -> new ModelFormatException(path, "has no description"));
    Map<String, StoredTensor> tensors = new HashMap<>();
    Map<String, String> others = new HashMap<>();
    if (!(value(pickle) instanceof Map<?, ?> dictionary)) {
      throw new ModelFormatException(path, "holds something else than a dictionary of tensors");
    }
    for (Map.Entry<?, ?> entry : dictionary.entrySet()) {
      String name = String.valueOf(entry.getKey());
      if (entry.getValue() instanceof PickledTensor tensor) {
        place(name, tensor, tensors, others);
      }
    }
    return new WeightFile(path, tensors, others, Map.of());
  }

  private Object value(byte[] pickle) {
    try {
      return PickleReader.read(pickle);
    } catch (RefusedException e) {
      throw new ModelFormatException(path, e.getMessage(), e);
    }
  }

  /** A small entry's content; empty where there is no such entry. */
  private Optional<byte[]> bytes(String name) throws IOException {
    ZipArchiveEntry entry = zip.getEntry(prefix + name);
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.getSize() > MAX_PICKLE) {
      throw new ModelFormatException(
          path, "has a " + name + " of " + entry.getSize() + " bytes, which is no list of tensors");
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return Optional.of(in.readNBytes((int) MAX_PICKLE));
    }
  }

  private void place(
      String name,
      PickledTensor tensor,
      Map<String, StoredTensor> tensors,
      Map<String, String> others) {
    Optional<DType> dtype = DType.ofSafetensors(tensor.storage().dtype());
    if (dtype.isEmpty()) {
      others.put(name, "is stored as " + tensor.storage().dtype() + ", which is not computed with");
    } else if (!contiguous(tensor.size(), tensor.stride())) {
      others.put(
          name, "is a view that is not laid out row by row; save it again after .contiguous()");
    } else {
      tensors.put(name, stored(name, tensor, dtype.get()));
    }
  }

  private StoredTensor stored(String name, PickledTensor tensor, DType dtype) {
    ZipArchiveEntry entry = zip.getEntry(prefix + "data/" + tensor.storage().key());
    if (entry == null) {
      throw new ModelFormatException(
          path,
          "lacks the bytes of tensor " + name + " (entry data/" + tensor.storage().key() + ")");
    }
    if (entry.getMethod() != ZipArchiveEntry.STORED) {
      throw new ModelFormatException(
          path, "is compressed, which PyTorch never does; save it again with torch.save");
    }
    try {
      long length = Math.multiplyExact(StoredTensor.elements(tensor.size()), (long) dtype.bytes());
      long start = Math.multiplyExact(tensor.offset(), (long) dtype.bytes());
      long end = Math.addExact(start, length);
      long offset = Math.addExact(entry.getDataOffset(), start);
      if (end <= entry.getSize() && entry.getDataOffset() >= 0 && offset + length <= fileSize) {
        return new StoredTensor(name, dtype, tensor.size(), path, offset, length);
      }
    } catch (ArithmeticException e) {
      // falls through: sizes that overflow do not fit either
    }
    throw new ModelFormatException(
        path, "is torn: tensor " + name + " reaches beyond its bytes; fetch it again");
  }

  /** Row by row without gaps; the stride of a dimension of one says nothing. */
  private static boolean contiguous(long[] size, long[] stride) {
    long expected = 1;
    for (int i = size.length - 1; i >= 0; i--) {
      if (size[i] == 0) {
        return true;
      }
      if (size[i] != 1 && stride[i] != expected) {
        return false;
      }
      expected *= size[i];
    }
    return true;
  }
}
