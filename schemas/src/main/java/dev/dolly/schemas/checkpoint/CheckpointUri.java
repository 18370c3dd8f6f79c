package dev.dolly.schemas.checkpoint;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where checkpoints lie: a directory of a file system. Of a path alone the scheme is {@code file}.
 *
 * @param authority empty where there is none
 * @param path decoded, absolute, without {@code .} and {@code ..} and without a slash at its end
 */
public record CheckpointUri(String scheme, String authority, String path) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** With spaces, as people write them: nothing in the path is decoded then. */
  private static final Pattern UNENCODED =
      Pattern.compile("(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/]*))?(/[^\\x00]*)");

  /**
   * @throws IllegalArgumentException one line that says why it is none
   */
  public static CheckpointUri parse(String text) {
    try {
      URI uri = new URI(text);
      return of(text, uri.getScheme(), uri.getAuthority(), uri.getPath());
    } catch (URISyntaxException e) {
      Matcher parts = UNENCODED.matcher(text);
      return parts.matches()
          ? of(text, parts.group(1), parts.group(2), parts.group(3))
          : of(text, null, null, null);
    }
  }

  private static CheckpointUri of(String text, String scheme, String authority, String path) {
    String whole = Objects.requireNonNullElse(path, "").replaceAll("/+", "/");
    if (!whole.startsWith("/")
        || whole.indexOf('\0') >= 0
        || Arrays.stream(whole.split("/")).anyMatch(p -> p.equals(".") || p.equals(".."))) {
      throw new IllegalArgumentException("'" + text + "' names no directory by its whole path");
    }
    return new CheckpointUri(
        Objects.requireNonNullElse(scheme, "file").toLowerCase(Locale.ROOT),
        Objects.requireNonNullElse(authority, ""),
        whole.replaceAll("/$", ""));
  }

  /** Whether the other is this directory or lies in it, however deep. */
  public boolean holds(CheckpointUri other) {
    return scheme.equals(other.scheme)
        && authority.equals(other.authority)
        && (other.path + "/").startsWith(path + "/");
  }

  /** Whether it names a path of the machine that asks. */
  public boolean isLocal() {
    return scheme.equals("file") && authority.isEmpty();
  }

  @Override
  public String toString() {
    return scheme + "://" + authority + path;
  }
}
