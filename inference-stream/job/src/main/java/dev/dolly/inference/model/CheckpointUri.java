package dev.dolly.inference.model;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.apache.flink.core.fs.Path;

/**
 * Where checkpoints lie: a directory of a file system that Flink knows. Of a path alone the scheme
 * is {@code file}.
 *
 * @param path decoded, absolute, without {@code .} and {@code ..} and without a slash at its end
 */
public record CheckpointUri(String scheme, String authority, String path) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * @throws IllegalArgumentException one line that says why it is none
   */
  public static CheckpointUri parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      uri = new Path(text).toUri(); // with spaces, as people write them
    }
    String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("/+", "/");
    if (!path.startsWith("/")
        || Arrays.stream(path.split("/")).anyMatch(p -> p.equals(".") || p.equals(".."))) {
      throw new IllegalArgumentException("'" + text + "' names no directory by its whole path");
    }
    return new CheckpointUri(
        Objects.requireNonNullElse(uri.getScheme(), "file").toLowerCase(Locale.ROOT),
        Objects.requireNonNullElse(uri.getAuthority(), ""),
        path.replaceAll("/$", ""));
  }

  /** Whether the other is this directory or lies in it, however deep. */
  public boolean holds(CheckpointUri other) {
    return scheme.equals(other.scheme)
        && authority.equals(other.authority)
        && (other.path + "/").startsWith(path + "/");
  }

  /** A file in it, as Flink's file systems take it. */
  Path file(String name) {
    return new Path(scheme, authority.isEmpty() ? null : authority, path + "/" + name);
  }

  @Override
  public String toString() {
    return scheme + "://" + authority + path;
  }
}
