package dev.dolly.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The directory that a stack keeps everything in, and who runs on it.
 *
 * <p>A file lock says whether a stack runs: the operating system takes it away with the process,
 * however that ends. The process id and {@code stack.json} are worth something only while it is
 * held.
 */
public record DataDirectory(Path root) {
  private static final String PROCESSES = "processes.json";

  /**
   * Those that this process runs a stack on. A lock is the whole process's: asking for it again, or
   * closing a second channel on its file, would take it away.
   */
  private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

  /** A command that only asks who runs here holds the lock for an instant. */
  private static final Duration OTHERS = Duration.ofMillis(300);

  private static final Duration CHILDREN = Duration.ofSeconds(20);

  public DataDirectory {
    root = root.toAbsolutePath().normalize();
  }

  /** The right to run a stack here, until closed. */
  public static final class Claim implements AutoCloseable {
    private final DataDirectory directory;
    private final FileChannel channel;

    private Claim(DataDirectory directory, FileChannel channel) {
      this.directory = directory;
      this.channel = channel;
    }

    /** Says where the stack is; readers see the whole file or none. */
    public void announce(StackAddress address) {
      directory.write("stack.json", address.toJson() + "\n");
    }

    /** Says which process is which; readers see the whole file or none. */
    public void announce(Map<Part, Long> processes) {
      directory.write(PROCESSES, Part.toJson(processes) + "\n");
    }

    @Override
    public void close() {
      CLAIMED.remove(directory.root);
      try {
        Files.deleteIfExists(directory.stackFile());
        Files.deleteIfExists(directory.root.resolve(PROCESSES));
        Files.deleteIfExists(directory.pidFile());
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Takes the directory for this process.
   *
   * @throws StackException when another stack runs on it
   */
  public Claim claim() {
    if (!CLAIMED.add(root)) {
      throw taken();
    }
    FileChannel channel = null;
    Claim claim = null;
    try {
      Files.createDirectories(root);
      channel = FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!awaitLock(channel, OTHERS)) {
        throw taken();
      }
      write(
          "up.pid", ProcessHandle.current().pid() + "\n"); // first: `down` must not find another's
      awaitChildrenOfKilledStack();
      Files.deleteIfExists(stackFile()); // left by a stack that was killed
      Files.deleteIfExists(root.resolve(PROCESSES));
      claim = new Claim(this, channel);
      return claim;
    } catch (IOException | UncheckedIOException e) {
      throw new StackException(
          "cannot use "
              + root
              + " as data directory ("
              + e.getMessage()
              + "); name another one with --data",
          e);
    } finally {
      if (claim == null) {
        CLAIMED.remove(root);
        closeQuietly(channel);
      }
    }
  }

  private StackException taken() {
    return new StackException(
        "a stack runs on "
            + root
            + pid().map(pid -> " (process " + pid + ")").orElse("")
            + " already; stop it with `dolly down` or take another directory with --data");
  }

  /** The process of the stack that runs on this directory. */
  public Optional<ProcessHandle> runningStack() {
    if (CLAIMED.contains(root)) {
      return Optional.of(ProcessHandle.current());
    }
    if (!Files.exists(lockFile())) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(lockFile(), StandardOpenOption.WRITE)) {
      return tryLock(channel) ? Optional.empty() : pid().flatMap(ProcessHandle::of);
    } catch (IOException e) {
      throw new StackException("cannot read " + lockFile() + ": " + e.getMessage(), e);
    }
  }

  /** Where the running stack is, or empty when none runs or it is not ready. */
  public Optional<StackAddress> stackAddress() {
    if (!Files.exists(stackFile()) || runningStack().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(StackAddress.fromJson(Files.readString(stackFile())));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // the stack ended meanwhile
    } catch (IOException e) {
      throw new StackException("cannot read " + stackFile() + ": " + e.getMessage(), e);
    }
  }

  public Path broker() {
    return root.resolve("kafka");
  }

  public Path registry() {
    return root.resolve("registry");
  }

  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  public Path streams() {
    return root.resolve("streams");
  }

  public Path logs() {
    return root.resolve("logs");
  }

  /** Reports on processes that died by their own fault. */
  public Path crashes() {
    return root.resolve("crashes");
  }

  /** Each process of a stack but the parent holds a shared lock on it. */
  public Path childrenLock() {
    return root.resolve("children.lock");
  }

  public Path temporary() {
    return root.resolve("tmp");
  }

  private Path lockFile() {
    return root.resolve("lock");
  }

  private Path pidFile() {
    return root.resolve("up.pid");
  }

  private Path stackFile() {
    return root.resolve("stack.json");
  }

  private Optional<Long> pid() {
    try {
      return Optional.of(Long.parseLong(Files.readString(pidFile()).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private void write(String name, String text) {
    try {
      Path part = root.resolve(name + ".part");
      Files.writeString(part, text, StandardCharsets.UTF_8);
      Files.move(
          part,
          root.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** They end with it, but an instant later, and hold ports and files until then. */
  private void awaitChildrenOfKilledStack() throws IOException {
    try (FileChannel children =
        FileChannel.open(childrenLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (!awaitLock(children, CHILDREN)) {
        throw new StackException(
            "processes of a stack that was killed still run on "
                + root
                + "; end those that `fuser "
                + childrenLock()
                + "` names");
      }
    }
  }

  private static boolean awaitLock(FileChannel channel, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!tryLock(channel)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return true;
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    return channel.tryLock() != null;
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // What failed before says more.
    }
  }
}
