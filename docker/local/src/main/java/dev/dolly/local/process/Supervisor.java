package dev.dolly.local.process;

import dev.dolly.local.StackException;
import dev.dolly.local.child.ChildProtocol.Said;
import dev.dolly.local.child.ChildProtocol.Word;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a child process running. One that a signal has ended (a crash, kill -9, a machine without
 * memory) is started again, with growing pauses; one that ends with an exit code has given up, and
 * so has one that no start brings up. All methods may be called from any thread.
 */
public final class Supervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** A process that dies this often before it was ready once never will be. */
  private static final int TRIES = 3;

  private static final Duration FORCED_END = Duration.ofSeconds(5);

  private final ChildCommand command;
  private final ChildLauncher launcher;
  private final Duration grace;
  private final Listener listener;
  private final Thread thread;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<StackException> failure = new CompletableFuture<>();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /** Whether the last start made it; the supervisor's thread's. */
  private boolean up;

  private ChildRun run;
  private int starts;

  /** Hears of the process, on the supervisor's thread. */
  public interface Listener {
    /** It was started, or started again. */
    void launched();

    /** A line for the user. */
    void progress(String line);
  }

  /**
   * @param grace how long the process may take to end in order
   */
  public Supervisor(
      ChildCommand command, ChildLauncher launcher, Duration grace, Listener listener) {
    this.command = command;
    this.launcher = launcher;
    this.grace = grace;
    this.listener = listener;
    this.thread = new Thread(this::supervise, command.name() + "-supervisor");
    this.thread.setDaemon(true);
    // Nobody would hear of the process any more.
    this.thread.setUncaughtExceptionHandler(
        (dead, e) -> fail("the supervisor of the " + name() + " process has failed: " + e, e));
  }

  /** Starts the process; returns at once. */
  public void start() {
    thread.start();
  }

  /** Completes when the process does what it is there for, for the first time. */
  public CompletableFuture<Void> ready() {
    return ready.copy();
  }

  /** Completes when the process has ended for good without having been told to. */
  public CompletableFuture<StackException> failure() {
    return failure.copy();
  }

  /**
   * Process id of the last start; −1 before the first.
   *
   * <p>The process may have ended meanwhile.
   */
  public synchronized long pid() {
    return run == null ? -1 : run.pid();
  }

  /** How often the process was started. */
  public synchronized int starts() {
    return starts;
  }

  /** SIGKILL; the process is started again. */
  public synchronized void kill() {
    if (run != null) {
      run.kill();
    }
  }

  /** Ends the process in order, or by force where it takes too long, and waits for its end. */
  @Override
  public void close() {
    synchronized (this) {
      stopping.countDown();
      if (run != null) {
        run.stop();
      }
    }
    try {
      thread.join(grace.toMillis());
      if (thread.isAlive()) {
        LOG.warn("the {} process did not end in {} s and is killed", name(), grace.toSeconds());
        kill();
        thread.join(FORCED_END.toMillis());
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }

  private String name() {
    return command.name();
  }

  private void supervise() {
    try {
      Duration pause = FIRST_PAUSE;
      while (launch()) {
        up = false;
        Ending ending = run.follow(this::hear);
        if (ending.bySignal()) {
          launcher.discardArchive(command);
        }
        if (stopping.getCount() == 0) {
          return;
        }
        String death = describe(ending);
        if (!ending.bySignal() || (!ready.isDone() && starts() == TRIES)) {
          fail(ending.said().orElse(death + "; its logs are in " + launcher.logs()), null);
          return;
        }
        LOG.warn("{}", death);
        listener.progress(death + "; starting it again");
        pause = up ? FIRST_PAUSE : pause;
        if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
      }
    } catch (IOException | UncheckedIOException e) {
      fail("the " + name() + " process cannot be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it was started: not when it is to stop. */
  private boolean launch() throws IOException {
    synchronized (this) {
      if (stopping.getCount() == 0) {
        return false;
      }
      run = new ChildRun(launcher.launch(command), command.settings());
      starts++;
    }
    listener.launched();
    return true;
  }

  private void hear(Said said) {
    if (said.word() == Word.READY) {
      up = true;
      if (!ready.complete(null)) {
        listener.progress("the " + name() + " process runs again");
      }
    } else if (!ready.isDone()) {
      listener.progress(said.text());
    }
  }

  private String describe(Ending ending) {
    if (!ending.bySignal()) {
      return "the " + name() + " process ended with " + ending.cause();
    }
    String death = "the " + name() + " process died by " + ending.cause();
    return ending.byOwnFault()
        ? death + "; crash report " + launcher.crashes().of(run.pid(), run.started(), ending)
        : death;
  }

  private void fail(String message, Throwable cause) {
    LOG.error("{}", message, cause);
    failure.complete(new StackException(message, cause));
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
