package dev.dolly.eval;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which code scored: results of different versions are not compared. */
public final class CodeVersion {
  private static final String FILE = "version.properties";

  private CodeVersion() {}

  /** The project's version, as the build wrote it down. */
  public static String current() {
    Properties properties = new Properties();
    try (InputStream in = CodeVersion.class.getResourceAsStream(FILE)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(FILE + " cannot be read", e);
    }
    return properties.getProperty("version");
  }
}
