package dev.dolly.inference.quarantine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lock of the one prompt on trial, among all tasks and processes of a host. It ends with the
 * process.
 *
 * <p>A process loses its lock on a file as soon as it closes any channel to it, also one that only
 * tried (POSIX). So there is one channel in a process at most: the tasks first settle among
 * themselves who may have it, and for that they need static state. A file can be asked by nobody
 * else, and a task knows none of the others.
 */
final class TrialLock implements AutoCloseable {
  private static final Set<Path> OF_THIS_PROCESS = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private TrialLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Empty if another task has it, in this process or in another.
   *
   * @param file always by the same path; made when missing
   */
  static Optional<TrialLock> tryTake(Path file) throws IOException {
    if (!OF_THIS_PROCESS.add(file)) {
      return Optional.empty();
    }
    Optional<TrialLock> taken = Optional.empty();
    try {
      taken = lock(file);
    } finally {
      if (taken.isEmpty()) {
        OF_THIS_PROCESS.remove(file);
      }
    }
    return taken;
  }

  private static Optional<TrialLock> lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } finally {
      if (!locked) {
        channel.close(); // no other of this process is open
      }
    }
    return locked ? Optional.of(new TrialLock(file, channel)) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      OF_THIS_PROCESS.remove(file);
    }
  }
}
