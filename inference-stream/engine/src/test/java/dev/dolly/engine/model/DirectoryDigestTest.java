package dev.dolly.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryDigestTest {
  @TempDir Path directory;

  @Test
  void isOverSortedNamesSizesAndHashes() throws IOException {
    Files.writeString(directory.resolve("b.txt"), "hello");
    Files.writeString(directory.resolve("a.txt"), "");
    Files.writeString(directory.resolve(".hidden"), "no part of the model");
    Files.createDirectory(directory.resolve("checkpoint-200"));

    String expected =
        "a.txt\0000\000" + sha256("") + "\n" + "b.txt\0005\000" + sha256("hello") + "\n";

    assertThat(DirectoryDigest.of(directory)).isEqualTo(sha256(expected));
  }

  @Test
  void isTheManifestsWhereThereIsOne() throws IOException {
    Files.writeString(directory.resolve("b.txt"), "hello");
    Files.writeString(directory.resolve("manifest.json"), "{}");

    assertThat(DirectoryDigest.of(directory)).isEqualTo(sha256("{}"));
  }

  @Test
  void changesWithAByteOrAName() throws IOException {
    Files.writeString(directory.resolve("b.txt"), "hello");
    String before = DirectoryDigest.of(directory);
    Files.writeString(directory.resolve("b.txt"), "hellp");
    String otherByte = DirectoryDigest.of(directory);
    Files.writeString(directory.resolve("b.txt"), "hello");
    Files.move(directory.resolve("b.txt"), directory.resolve("c.txt"));

    assertThat(otherByte).isNotEqualTo(before);
    assertThat(DirectoryDigest.of(directory)).isNotEqualTo(before);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
