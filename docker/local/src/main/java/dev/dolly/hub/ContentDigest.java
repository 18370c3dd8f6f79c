package dev.dolly.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * What a hub says of a file's content.
 *
 * @param hex digits, in lower case
 */
public record ContentDigest(Kind kind, String hex) {
  private static final int CHUNK = 1 << 20;

  /** How it is made. */
  public enum Kind {
    /** Of large files, which lie outside git: SHA-256 of the content. */
    SHA_256("SHA-256", 64),
    /** Of all others: the id that git gives them, SHA-1 of a header and the content. */
    GIT_BLOB("SHA-1", 40);

    private final String algorithm;
    private final int digits;

    Kind(String algorithm, int digits) {
      this.algorithm = algorithm;
      this.digits = digits;
    }
  }

  /** Reads one, also as an entity tag in quotes; empty where the text is none of that kind. */
  static Optional<ContentDigest> of(Kind kind, String text) {
    String hex = text.strip().replaceFirst("^W/", "").replace("\"", "").toLowerCase(Locale.ROOT);
    return hex.matches("[0-9a-f]{" + kind.digits + "}")
        ? Optional.of(new ContentDigest(kind, hex))
        : Optional.empty();
  }

  /** Whether the file has this content; reads it to its end. */
  boolean matches(Path file) throws IOException {
    MessageDigest digest = digest();
    if (kind == Kind.GIT_BLOB) {
      digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest()).equals(hex);
  }

  private MessageDigest digest() {
    try {
      return MessageDigest.getInstance(kind.algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has it", e);
    }
  }
}
