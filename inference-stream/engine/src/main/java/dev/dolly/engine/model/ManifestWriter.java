package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.TreeSet;

/**
 * Ends the writing of a checkpoint directory: hashes its files and writes {@link Manifest#FILE},
 * which makes them count. The bytes depend on the files and the lineage alone.
 */
public final class ManifestWriter {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private ManifestWriter() {}

  /**
   * Brings the named files to the disk, then the manifest under its name, at once and whole; one
   * that was there is replaced.
   *
   * @param names relative to the directory, {@code /} between their parts
   * @param lineage where the model came from
   * @return what was written
   */
  public static Manifest write(Path directory, Collection<String> names, ObjectNode lineage)
      throws IOException {
    ObjectNode root = MAPPER.createObjectNode();
    ObjectNode files = root.putObject("files");
    for (String name : new TreeSet<>(names)) {
      Path file = directory.resolve(name);
      force(file);
      FileDigest digest = FileDigest.of(file);
      files.putObject(name).put("size", digest.size()).put("sha256", digest.sha256());
    }
    root.set("lineage", lineage);
    byte[] bytes = MAPPER.writeValueAsBytes(root);
    Path target = directory.resolve(Manifest.FILE);
    Manifest manifest = Manifest.parse(target, bytes);

    Path partial = directory.resolve("." + Manifest.FILE + ".partial");
    try (FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(
        partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return manifest;
  }

  /** A manifest must not outlive, through a power cut, the files that it names. */
  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
