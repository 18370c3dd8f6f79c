package dev.dolly.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file of a repository, as far as the hub's list tells.
 *
 * @param name its path in the repository, with {@code /} between its parts; leads nowhere else
 * @param size in bytes
 * @param digest of its content
 */
public record HubFile(String name, OptionalLong size, Optional<ContentDigest> digest) {

  /**
   * @throws HubException when the name would lead out of a directory
   */
  public HubFile {
    boolean inside = name.indexOf('\\') < 0 && name.indexOf('\0') < 0;
    for (String part : name.split("/", -1)) {
      inside &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
    }
    if (!inside) {
      throw new HubException("the hub lists a file that is none of a repository's: " + name);
    }
  }

  /** Whether that file is this one, as far as can be told. */
  boolean isAt(Path file) throws IOException {
    return Files.isRegularFile(file)
        && (size.isEmpty() || Files.size(file) == size.getAsLong())
        && (digest.isEmpty() || digest.get().matches(file));
  }
}
