package dev.dolly.engine.batch;

import dev.dolly.engine.torch.PassingThread;
import dev.dolly.engine.torch.TorchScript;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The thread that computes. It serves one batcher, or several in turn, a step each: while a model
 * takes another's place, those whose sequences still run on the old one get their next token after
 * one step of each. Two threads would take each other's cores in the middle of a step, and
 * libgomp's workers, more than there are cores, would no longer wait awake ({@link PassingThread}).
 *
 * <p>All methods may be called from any thread.
 */
public final class EngineThread implements AutoCloseable {
  private final int threads;
  private final Thread thread;

  // guarded by this
  private final Set<Turn> ready = new LinkedHashSet<>();
  private Optional<Turn> current = Optional.empty();
  private boolean closed;

  /** What is done when it is somebody's turn, on this thread. Must not throw. */
  @FunctionalInterface
  interface Turn {
    /** Whether it wants another turn; if not, somebody has to {@linkplain #ring ring} for it. */
    boolean take();
  }

  private EngineThread(int threads) {
    this.threads = threads;
    this.thread = new Thread(this::run, "dolly-engine");
    thread.setDaemon(true);
  }

  /**
   * Starts it.
   *
   * @param threads that one operation may use, itself included; 0: the library's default
   */
  public static EngineThread start(int threads) {
    EngineThread engine = new EngineThread(threads);
    engine.thread.start();
    return engine;
  }

  /** There is something to do for it. */
  synchronized void ring(Turn turn) {
    ready.add(turn);
    notifyAll();
  }

  /** The last of somebody who wants no more turns: waits for the end of the one under way. */
  synchronized void remove(Turn turn) {
    boolean interrupted = false;
    while (current.filter(turn::equals).isPresent()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    ready.remove(turn);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops after the turn under way. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    PassingThread.awaitEnd(thread);
  }

  private void run() {
    Optional<Turn> turn = begin();
    if (turn.isPresent()) {
      TorchScript.prepareThread(threads); // not before a model has loaded the library
    }
    while (turn.isPresent()) {
      end(turn.get(), turn.get().take());
      turn = begin();
    }
  }

  private synchronized Optional<Turn> begin() {
    while (!closed && ready.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody interrupts this thread to end it: that is what close() is for.
      }
    }
    if (closed) {
      return Optional.empty();
    }
    Iterator<Turn> first = ready.iterator();
    current = Optional.of(first.next());
    first.remove();
    return current;
  }

  private synchronized void end(Turn turn, boolean again) {
    current = Optional.empty();
    if (again) {
      ready.add(turn);
    }
    notifyAll();
  }
}
