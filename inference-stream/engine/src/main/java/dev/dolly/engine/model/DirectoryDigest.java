package dev.dolly.engine.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The digest of a model directory, 64 hex digits.
 *
 * <p>With a {@link Manifest} (which holds every file's hash): the SHA-256 of that file. Else the
 * SHA-256 over one line a file, {@code name NUL size NUL sha256 LF}: the name in UTF-8, the size in
 * decimal digits, the file's SHA-256 in lower-case hex; the files directly in the directory whose
 * name does not start with a dot, in order of their names' UTF-8 bytes.
 */
final class DirectoryDigest {
  private DirectoryDigest() {}

  static String of(Path directory) {
    Path manifest = directory.resolve(Manifest.FILE);
    if (Files.isRegularFile(manifest)) {
      return FileDigest.of(manifest).sha256();
    }
    MessageDigest digest = FileDigest.newSha256();
    for (Path file : files(directory)) {
      FileDigest each = FileDigest.of(file);
      String line = file.getFileName() + "\0" + each.size() + "\0" + each.sha256() + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return FileDigest.hex(digest);
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
}
