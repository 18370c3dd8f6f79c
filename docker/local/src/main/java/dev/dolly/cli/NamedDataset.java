package dev.dolly.cli;

import dev.dolly.hub.DatasetPull;
import dev.dolly.hub.Hub;
import dev.dolly.hub.Repo;
import dev.dolly.hub.RepoType;
import dev.dolly.ingest.dataset.DatasetInput;
import dev.dolly.schemas.dataset.DatasetEntry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A dataset as a user names it.
 *
 * @param name of the dataset, for its records
 * @param licence SPDX identifier
 */
record NamedDataset(DatasetInput input, String name, String licence) {
  private static final String BUNDLED = "dolly-15k";
  private static final String BUNDLED_NAME = "databricks-dolly-15k";
  private static final Pattern FILE = Pattern.compile(".*\\.(jsonl?|gz)");
  private static final String UNKNOWN_LICENCE = "NOASSERTION"; // SPDX

  /**
   * Finds it: {@code dolly-15k} is the one that comes with this project; else a file, a URL of one
   * of Flink's file systems, or a name on a hub, from which it is fetched.
   *
   * @param hubFile of a repository that has several; empty: its only one
   */
  static NamedDataset find(String text, Optional<String> hubFile, Terminal terminal)
      throws InterruptedException {
    if (text.equals(BUNDLED)) {
      Path file = Home.system().config("datasets").resolve(BUNDLED_NAME + ".jsonl.gz");
      return new NamedDataset(local(file), BUNDLED_NAME, "CC-BY-SA-3.0");
    }
    if (text.contains("://")) {
      return ofName(remote(text), text);
    }
    Path path = Path.of(text);
    if (Files.isRegularFile(path)) {
      return ofName(local(path), text);
    }
    if (FILE.matcher(text).matches() || !Repo.isOwnerAndName(text)) {
      throw new CommandException(
          "there is no file "
              + text
              + "; give a file, a URL such as s3://bucket/file, a dataset's name on a hub such as"
              + " databricks/databricks-dolly-15k, or "
              + BUNDLED);
    }
    return new NamedDataset(local(pull(text, hubFile, terminal)), text, UNKNOWN_LICENCE);
  }

  /** A file on this machine. */
  static NamedDataset of(Path file, String name, String licence) {
    return new NamedDataset(local(file), name, licence);
  }

  /** The same under what the user calls it; null where it says nothing. */
  NamedDataset called(String otherName, String otherLicence) {
    return new NamedDataset(
        input, otherName == null ? name : otherName, otherLicence == null ? licence : otherLicence);
  }

  /** Says what is no record, and where. */
  String refusal(DatasetEntry.Broken entry) {
    return entry.in(input.name());
  }

  private static NamedDataset ofName(DatasetInput input, String path) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    return new NamedDataset(
        input, file.replaceFirst("(?<=.)(\\.jsonl?)?(\\.gz)?$", ""), UNKNOWN_LICENCE);
  }

  private static Path pull(String name, Optional<String> file, Terminal terminal)
      throws InterruptedException {
    ProgressLine progress = new ProgressLine(terminal);
    return new DatasetPull(
            Hub.of(System.getenv()), (bytes, total) -> progress.fetched(name, bytes, total))
        .file(
            Home.system().data().resolve("datasets").resolve(name),
            new Repo(RepoType.DATASET, name, Optional.empty()),
            file);
  }

  private static DatasetInput local(Path file) {
    return new Source(file.toString(), () -> Files.newInputStream(file));
  }

  private static DatasetInput remote(String url) {
    URI file = URI.create(url);
    return new Source(url, () -> RemoteFiles.open(file));
  }

  @FunctionalInterface
  private interface Opening {
    InputStream open() throws IOException;
  }

  private record Source(String name, Opening opening) implements DatasetInput {
    @Override
    public InputStream open() throws IOException {
      return opening.open();
    }
  }
}
