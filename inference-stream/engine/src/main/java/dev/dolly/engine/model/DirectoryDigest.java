package dev.dolly.engine.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The digest of a model directory, 64 hex digits.
 *
 * <p>With a {@code manifest.json} (which holds every file's hash): the SHA-256 of that file. Else
 * the SHA-256 over one line a file, {@code name NUL size NUL sha256 LF}: the name in UTF-8, the
 * size in decimal digits, the file's SHA-256 in lower-case hex; the files directly in the directory
 * whose name does not start with a dot, in order of their names' UTF-8 bytes.
 */
final class DirectoryDigest {
  static final String MANIFEST = "manifest.json";
  private static final int CHUNK = 1 << 20;

  private DirectoryDigest() {}

  static String of(Path directory) {
    Path manifest = directory.resolve(MANIFEST);
    if (Files.isRegularFile(manifest)) {
      return sha256(manifest);
    }
    MessageDigest digest = newSha256();
    for (Path file : files(directory)) {
      String line = file.getFileName() + "\0" + size(file) + "\0" + sha256(file) + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(p -> !p.getFileName().toString().startsWith(".") && Files.isRegularFile(p))
          .sorted((a, b) -> Arrays.compareUnsigned(nameBytes(a), nameBytes(b)))
          .toList();
    } catch (IOException e) {
      throw ModelFormatException.unreadable(directory, e);
    }
  }

  private static byte[] nameBytes(Path file) {
    return file.getFileName().toString().getBytes(StandardCharsets.UTF_8);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw ModelFormatException.unreadable(file, e);
    }
  }

  private static String sha256(Path file) {
    MessageDigest digest = newSha256();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
    } catch (IOException e) {
      throw ModelFormatException.unreadable(file, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
