package dev.dolly.engine.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a file holds, without holding it.
 *
 * @param size in bytes
 * @param sha256 64 lower-case hex digits
 */
public record FileDigest(long size, String sha256) {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
  private static final int CHUNK = 1 << 20;

  public FileDigest {
    if (size < 0 || !HEX.matcher(sha256).matches()) {
      throw new IllegalArgumentException("no digest of a file: " + size + " bytes, " + sha256);
    }
  }

  /**
   * Reads a file once, from its beginning to its end.
   *
   * @throws ModelFormatException when it cannot be read
   */
  public static FileDigest of(Path file) {
    MessageDigest digest = newSha256();
    byte[] chunk = new byte[CHUNK];
    long size = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
        size += n;
      }
    } catch (IOException e) {
      throw ModelFormatException.unreadable(file, e);
    }
    return new FileDigest(size, hex(digest));
  }

  /** The digest of a file that would hold these bytes. */
  public static FileDigest of(byte[] bytes) {
    MessageDigest digest = newSha256();
    digest.update(bytes);
    return new FileDigest(bytes.length, hex(digest));
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
