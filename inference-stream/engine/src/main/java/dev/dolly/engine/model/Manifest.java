package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code manifest.json}: what a checkpoint directory holds and where that came from.
 *
 * <pre>
 * {"files": {"config.json": {"size": 617, "sha256": "…"}, "trainer-state/…": {…}}, "lineage": {…}}
 * </pre>
 *
 * <p>It is written last ({@link ManifestWriter}): a directory that has one was written whole. Names
 * are relative, with {@code /} between their parts, and lead to nothing outside the directory;
 * files that are not named do not count.
 *
 * @param files by name, sorted; unmodifiable
 * @param lineage where the model came from, as its writer put it; not to be changed
 * @param digest hex SHA-256 of the manifest's own bytes: the directory's digest
 */
public record Manifest(SortedMap<String, FileDigest> files, ObjectNode lineage, String digest) {
  public static final String FILE = "manifest.json";

  public Manifest {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /**
   * Reads the manifest of a directory.
   *
   * @throws ModelFormatException when there is none, or it is not one
   */
  public static Manifest read(Path directory) {
    Path file = directory.resolve(FILE);
    try {
      return parse(file, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(
          file, "is missing: the directory was not written to its end, or by something else", e);
    } catch (IOException e) {
      throw ModelFormatException.unreadable(file, e);
    }
  }

  /**
   * A manifest that was fetched from somewhere.
   *
   * @param origin where from, for messages
   */
  public static Manifest parse(Path origin, byte[] bytes) {
    ObjectNode root = JsonFile.parseObject(origin, bytes);
    JsonNode lineage = root.get("lineage");
    if (!(root.get("files") instanceof ObjectNode listed)
        || !(lineage instanceof ObjectNode source)
        || root.size() != 2) {
      throw new ModelFormatException(
          origin, "is no manifest: it has to be two objects, files and lineage");
    }
    SortedMap<String, FileDigest> files = new TreeMap<>();
    listed
        .properties()
        .forEach(
            entry -> {
              requireInside(origin, entry.getKey());
              files.put(entry.getKey(), digest(origin, entry.getKey(), entry.getValue()));
            });
    return new Manifest(files, source, FileDigest.of(bytes).sha256());
  }

  /** Whoever fetches a checkpoint writes under these names: none may lead elsewhere. */
  private static void requireInside(Path origin, String name) {
    boolean inside = !name.isEmpty() && name.indexOf('\\') < 0 && name.indexOf('\0') < 0;
    for (String part : name.split("/", -1)) {
      inside &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
    }
    if (!inside || name.equals(FILE)) {
      throw new ModelFormatException(
          origin, "names a file that is none of a checkpoint's: " + new TextNode(name));
    }
  }

  private static FileDigest digest(Path origin, String name, JsonNode entry) {
    JsonNode size = entry.path("size");
    if (entry.size() == 2 && size.isIntegralNumber() && size.canConvertToLong()) {
      try {
        return new FileDigest(size.longValue(), entry.path("sha256").asText());
      } catch (IllegalArgumentException e) {
        throw new ModelFormatException(origin, name + ": " + e.getMessage(), e);
      }
    }
    throw new ModelFormatException(origin, name + " has to have a size and a sha256: " + entry);
  }

  /** The names of the model's own files: those directly in the directory. */
  public Set<String> modelFiles() {
    return files.keySet().stream()
        .filter(name -> name.indexOf('/') < 0)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Bytes of all files named. */
  public long totalBytes() {
    return files.values().stream().mapToLong(FileDigest::size).sum();
  }

  /**
   * Reads every file named and compares.
   *
   * @throws ModelFormatException that names the first file, by name, which is missing or differs
   */
  public void verify(Path directory) {
    verify(directory, files.keySet());
  }

  /**
   * The same for some of the files: a fetched model lacks the trainer's state.
   *
   * @param names each of them one of {@link #files}
   */
  public void verify(Path directory, Collection<String> names) {
    for (String name : names.stream().sorted().toList()) {
      verify(directory.resolve(name), files.get(name));
    }
  }

  private static void verify(Path file, FileDigest expected) {
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(file, "is missing; " + FILE + " names it: fetch it again");
    }
    long size = size(file);
    if (size != expected.size()) {
      throw new ModelFormatException(
          file, "has " + size + " bytes, not " + expected.size() + " as " + FILE + " says");
    }
    if (!FileDigest.of(file).equals(expected)) {
      throw new ModelFormatException(
          file, "does not have the content that " + FILE + " names: it was changed or damaged");
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw ModelFormatException.unreadable(file, e);
    }
  }
}
