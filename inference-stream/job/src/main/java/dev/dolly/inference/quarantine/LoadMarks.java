package dev.dolly.inference.quarantine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which promotions kill the process that loads them. While one is loaded an empty file bears its
 * name and the process's; it stays where the process dies.
 *
 * <p>One death by the process's own fault is enough: requests that go on are computed at the same
 * time, and would be held guilty of the next. The same version promoted once more is another
 * promotion, and is tried again.
 *
 * <p>What goes wrong with the files is logged and must not fail the job; nothing is suspected then.
 * One thread.
 */
public final class LoadMarks {
  private static final Logger LOG = LoggerFactory.getLogger(LoadMarks.class);
  private static final Pattern PROCESS = Pattern.compile(".*-pid([0-9]{1,18})-at([0-9]{1,18})");

  private final @Nullable CrashDirectory crashes;
  private final @Nullable Path marks;
  private final MarkedProcess self;
  private final int subtask;

  private LoadMarks(
      @Nullable CrashDirectory crashes, @Nullable Path marks, MarkedProcess self, int subtask) {
    this.crashes = crashes;
    this.marks = marks;
    this.self = self;
    this.subtask = subtask;
  }

  /** Suspects nothing and writes nothing. */
  public static LoadMarks off() {
    return new LoadMarks(null, null, MarkedProcess.NONE, 0);
  }

  /**
   * @param path of this host; made when missing
   * @param subtask who loads
   */
  public static LoadMarks in(Path path, int subtask) {
    return in(path, MarkedProcess.current(), subtask);
  }

  /** The same for another process. */
  static LoadMarks in(Path path, MarkedProcess self, int subtask) {
    try {
      Path marks = Files.createDirectories(path.resolve("loading"));
      return new LoadMarks(new CrashDirectory(path), marks, self, subtask);
    } catch (IOException e) {
      LOG.error("no promotion can be marked in {}: those that crash do so for ever", path, e);
      return off();
    }
  }

  /**
   * The report of a process that died while it loaded this.
   *
   * @param promotion a name that no other has, and that a file may have
   */
  public Optional<Path> death(String promotion) {
    if (marks == null) {
      return Optional.empty();
    }
    String start = promotion + "-";
    try (Stream<Path> all = Files.list(marks)) {
      for (Path mark : all.toList()) {
        Matcher process = PROCESS.matcher(mark.getFileName().toString());
        if (mark.getFileName().toString().startsWith(start) && process.matches()) {
          MarkedProcess other =
              new MarkedProcess(Long.parseLong(process.group(1)), Long.parseLong(process.group(2)));
          if (!other.equals(self) && crashes.died(other)) {
            return Optional.of(crashes.report(other));
          }
        }
      }
    } catch (IOException e) {
      LOG.error("the marks of promotions in {} cannot be read", marks, e);
    }
    return Optional.empty();
  }

  /** To be called before anything of it is read. */
  public void begins(String promotion) {
    if (marks != null) {
      try {
        Files.writeString(mark(promotion), "");
      } catch (IOException e) {
        LOG.error("a promotion cannot be marked in {}", marks, e);
      }
    }
  }

  /** It is loaded, or refused. */
  public void ended(String promotion) {
    if (marks != null) {
      try {
        Files.deleteIfExists(mark(promotion));
      } catch (IOException e) {
        LOG.error("the mark of a promotion stays in {}", marks, e);
      }
    }
  }

  private Path mark(String promotion) {
    return marks.resolve(
        "%s-subtask%d-pid%d-at%d".formatted(promotion, subtask, self.pid(), self.startedAt()));
  }
}
