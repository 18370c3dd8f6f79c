package dev.dolly.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
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

    @Override
    public void close() {
      try {
        Files.deleteIfExists(directory.stackFile());
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
    try {
      Files.createDirectories(root);
      FileChannel channel =
          FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!awaitLock(channel)) {
        channel.close();
        throw new StackException(
            "a stack runs on "
                + root
                + pid().map(pid -> " (process " + pid + ")").orElse("")
                + " already; stop it with `dolly down` or take another directory with --data");
      }
      Files.deleteIfExists(stackFile()); // left by a stack that was killed
      write("up.pid", ProcessHandle.current().pid() + "\n");
      return new Claim(this, channel);
    } catch (IOException e) {
      throw new StackException("cannot use " + root + " as data directory: " + e.getMessage(), e);
    }
  }

  /** The process of the stack that runs on this directory. */
  public Optional<ProcessHandle> runningStack() {
    Optional<Long> pid = pid();
    ProcessHandle self = ProcessHandle.current();
    if (pid.isPresent() && pid.get() == self.pid()) {
      // Closing a second channel on the file would take this process's own lock away.
      return Optional.of(self);
    }
    if (!Files.exists(lockFile())) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(lockFile(), StandardOpenOption.WRITE)) {
      return tryLock(channel) ? Optional.empty() : pid.flatMap(ProcessHandle::of);
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

  public Path models() {
    return root.resolve("models");
  }

  public Path logs() {
    return root.resolve("logs");
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

  /** A command that only asks who runs here holds the lock for an instant. */
  private static boolean awaitLock(FileChannel channel) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
    while (!tryLock(channel)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return true;
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this process
    }
  }
}
