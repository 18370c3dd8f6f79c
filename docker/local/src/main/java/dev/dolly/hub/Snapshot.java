package dev.dolly.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a repository holds at one commit.
 *
 * @param commit or, from a hub that does not name it, the revision that was asked for
 * @param files all of them
 */
public record Snapshot(Repo repo, String commit, List<HubFile> files) {
  public Snapshot {
    files = List.copyOf(files);
  }

  /** The same with some of the files. */
  public Snapshot with(List<HubFile> some) {
    return new Snapshot(repo, commit, some);
  }

  /** Bytes of all files whose size is known. */
  public long knownBytes() {
    return files.stream().mapToLong(file -> file.size().orElse(0)).sum();
  }

  /**
   * Holds that a directory has all of the files.
   *
   * @throws HubException naming the first that is missing or another
   */
  void requireAt(Path directory) {
    for (HubFile file : files) {
      try {
        if (!file.isAt(directory.resolve(file.name()))) {
          throw new HubException(
              "%s is there already, and its %s is not that of %s; remove it or name another directory"
                  .formatted(directory, file.name(), repo));
        }
      } catch (IOException e) {
        throw new HubException("cannot read " + directory + ": " + e, e);
      }
    }
  }
}
