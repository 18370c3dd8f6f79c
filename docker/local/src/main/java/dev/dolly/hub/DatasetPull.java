package dev.dolly.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Brings a dataset's file from a hub. */
public final class DatasetPull {
  private static final Pattern READABLE =
      Pattern.compile(
          "(?!(.*/)?([^/]*_)?infos\\.json$).*\\.jsonl?(\\.gz)?"); // infos describe the data

  private final Hub hub;
  private final PullListener listener;

  public DatasetPull(Hub hub, PullListener listener) {
    this.hub = hub;
    this.listener = listener;
  }

  /**
   * Fetches one file, or finds that it is here already.
   *
   * @param directory for all commits of the repository
   * @param name of the file in the repository; empty: the only one of JSON or JSON lines
   * @return where the file lies
   * @throws HubException when it cannot be had, or is not the only one
   */
  public Path file(Path directory, Repo repo, Optional<String> name) throws InterruptedException {
    Snapshot all = hub.list(repo);
    HubFile file = chosen(all, name);
    Snapshot needed = all.with(List.of(file));
    Path place = directory.resolve(all.commit()).resolve(file.name().replace('/', '_'));
    if (Files.exists(place)) {
      needed.requireAt(place);
    } else {
      try (StagedDirectory staged = StagedDirectory.open(hub, place)) {
        staged.fetch(needed, bytes -> listener.progressed(bytes, needed.knownBytes()));
        staged.commit();
      }
    }
    return place.resolve(file.name());
  }

  private static HubFile chosen(Snapshot all, Optional<String> name) {
    List<HubFile> files =
        all.files().stream()
            .filter(
                file ->
                    name.map(file.name()::equals)
                        .orElseGet(() -> READABLE.matcher(file.name()).matches()))
            .toList();
    if (files.size() == 1) {
      return files.get(0);
    }
    if (files.isEmpty()) {
      throw new HubException(
          "%s has no %s".formatted(all.repo(), name.orElse("file of JSON or JSON lines")));
    }
    throw new HubException(
        "%s has several files of JSON; choose one with --file: %s"
            .formatted(
                all.repo(), files.stream().map(HubFile::name).collect(Collectors.joining(", "))));
  }
}
