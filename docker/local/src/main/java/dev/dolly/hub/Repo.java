package dev.dolly.hub;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A repository at one of its revisions.
 *
 * @param name {@code owner/name}, or {@code name} alone
 * @param revision a branch, a tag or a commit; empty: the branch that the hub shows
 */
public record Repo(RepoType type, String name, Optional<String> revision) {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_][\\w.-]*(/[A-Za-z0-9_][\\w.-]*)?");

  /**
   * @throws IllegalArgumentException when the name cannot be one
   */
  public Repo {
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      throw new IllegalArgumentException(
          "'" + name + "' is no name on a hub, such as databricks/dolly-v2-3b");
    }
  }

  /** Whether a text can be the full name of a repository, and is no path such as ./name. */
  public static boolean isOwnerAndName(String text) {
    return NAME.matcher(text).matches() && text.contains("/") && !text.contains("..");
  }

  /** {@code model NAME}, {@code dataset NAME at revision REVISION}: for messages. */
  @Override
  public String toString() {
    return type.name().toLowerCase(Locale.ROOT)
        + " "
        + name
        + revision.map(r -> " at revision " + r).orElse("");
  }
}
