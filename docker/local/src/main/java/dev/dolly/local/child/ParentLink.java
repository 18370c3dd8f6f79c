package dev.dolly.local.child;

import dev.dolly.local.child.ChildProtocol.Said;
import dev.dolly.local.child.ChildProtocol.Word;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A child's end of the line to its parent.
 *
 * <p>The parent holds the other end of standard input. However the parent ends, also by kill -9,
 * the operating system closes that end, and this process halts at once: what a stack keeps bears
 * that, and the next stack waits for it. So no child outlives its parent, without any tool of the
 * operating system. All methods may be called from any thread.
 */
public final class ParentLink {
  /** System property: the file that each child holds a shared lock on while it lives. */
  public static final String LOCK = "dolly.children.lock";

  private static final int HALTED = 1;

  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
  private final DataInputStream in = new DataInputStream(System.in);

  /** Kept open: the lock lasts as long as it. */
  private final FileChannel lock;

  private final Map<String, String> settings;

  private ParentLink() throws IOException {
    // What else is printed must not come between the lines of the protocol.
    System.setOut(System.err);
    lock =
        FileChannel.open(
            Path.of(System.getProperty(LOCK)),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    lock.lock(0, Long.MAX_VALUE, true);
    say(Word.LOCKED, "");
    settings = ChildProtocol.readSettings(in);
  }

  /**
   * Takes the lock, asks for the settings and follows the parent from then on. Once a process.
   *
   * @param onStop run once, on a thread of its own, when the parent wants an end in order
   */
  public static ParentLink open(Runnable onStop) {
    ParentLink link;
    try {
      link = new ParentLink();
    } catch (IOException e) {
      Runtime.getRuntime().halt(HALTED); // the parent is gone
      throw new UncheckedIOException(e);
    }
    Thread follower = new Thread(() -> link.follow(onStop), "parent");
    follower.setDaemon(true);
    follower.start();
    return link;
  }

  /** What the parent handed over. */
  public Map<String, String> settings() {
    return settings;
  }

  /** Something has come up. */
  public void progress(String text) {
    say(Word.PROGRESS, text);
  }

  /** This process does what it is there for. */
  public void ready() {
    say(Word.READY, "");
  }

  /** This process is about to end, and another start would end in the same way. */
  public void failed(String message) {
    say(Word.FAILED, message);
  }

  private synchronized void say(Word word, String text) {
    out.println(new Said(word, text).line());
  }

  private void follow(Runnable onStop) {
    boolean told = false;
    try {
      for (int word = in.read(); word >= 0; word = in.read()) {
        if (word == ChildProtocol.STOP && !told) {
          told = true;
          new Thread(onStop, "stop").start();
        }
      }
    } catch (IOException e) {
      // A broken pipe says the same as its end.
    } finally {
      Reference.reachabilityFence(lock); // until here: a collected channel is closed
    }
    Runtime.getRuntime().halt(HALTED);
  }
}
