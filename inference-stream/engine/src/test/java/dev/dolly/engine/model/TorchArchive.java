package dev.dolly.engine.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Writes files as {@code torch.save} does, and as it never would. */
final class TorchArchive {
  private final Pickle pickle = new Pickle();
  private final Map<String, byte[]> storages = new LinkedHashMap<>();
  private int method = ZipArchiveEntry.STORED;
  private Zip64Mode zip64 = Zip64Mode.Never;
  private String byteOrder = "little";

  /** A pickle, opcode by opcode. */
  static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle op(int opcode) {
      out.write(opcode);
      return this;
    }

    Pickle raw(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    Pickle global(String module, String name) {
      return op('c').raw((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    Pickle text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return op('X').raw(little(4).putInt(bytes.length).array()).raw(bytes);
    }

    Pickle number(long value) {
      return op(0x8a).op(8).raw(little(8).putLong(value).array());
    }

    Pickle tuple(long... values) {
      op('(');
      for (long value : values) {
        number(value);
      }
      return op('t');
    }

    /** A view into a storage. */
    Pickle tensor(String type, String key, long elements, long offset, long[] size, long[] stride) {
      global("torch._utils", "_rebuild_tensor_v2").op('(');
      op('(').text("storage").global("torch", type).text(key).text("cpu").number(elements).op('t');
      op('Q').number(offset).tuple(size).tuple(stride).op(0x89);
      return global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private static ByteBuffer little(int size) {
      return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  Pickle pickle() {
    return pickle;
  }

  /** A pickle that holds a dictionary; {@code items} are pairs of texts and values. */
  TorchArchive dictionary(Pickle items) {
    pickle.op(0x80).op(2).op('}').op('(').raw(items.bytes()).op('u').op('.');
    return this;
  }

  TorchArchive storage(String key, byte... bytes) {
    storages.put(key, bytes);
    return this;
  }

  TorchArchive compressed() {
    method = ZipArchiveEntry.DEFLATED;
    return this;
  }

  TorchArchive large() {
    zip64 = Zip64Mode.Always;
    return this;
  }

  TorchArchive bigEndian() {
    byteOrder = "big";
    return this;
  }

  Path write(Path file) throws IOException {
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(file)) {
      zip.setUseZip64(zip64);
      put(zip, "archive/data.pkl", pickle.bytes());
      put(zip, "archive/byteorder", byteOrder.getBytes(StandardCharsets.US_ASCII));
      for (Map.Entry<String, byte[]> storage : storages.entrySet()) {
        put(zip, "archive/data/" + storage.getKey(), storage.getValue());
      }
    }
    return file;
  }

  private void put(ZipArchiveOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    entry.setMethod(method);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putArchiveEntry(entry);
    zip.write(bytes);
    zip.closeArchiveEntry();
  }
}
