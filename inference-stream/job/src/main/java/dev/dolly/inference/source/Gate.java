package dev.dolly.inference.source;

import static org.apache.flink.util.Preconditions.checkArgument;
import static org.apache.flink.util.Preconditions.checkState;

import java.util.concurrent.CompletableFuture;
import javax.annotation.Nullable;

/**
 * Admission permits of one subtask. The source's reader takes one for each record that it emits;
 * the generate operator gives it back when the request has left. While no permit is free the reader
 * reports that nothing is available, so the task's mailbox stays idle instead of blocked and
 * checkpoints go on at their own pace whatever the backlog.
 *
 * <p>Reader and operator are created by Flink, independently of each other, and there is no channel
 * between two members of a chain but the records. What they do share is the task's thread: a chain
 * runs on one. So the operator {@linkplain #install installs} its gate in a thread-local variable
 * when it opens, which is before the source's first poll, and the reader finds it there. That is
 * the one piece of static state in this module. A map by job and subtask would do the same but
 * would have to guess an identity that is unique across restarts, attempts and jobs in one process;
 * a thread is exactly that. Each job has its own class loader and so its own variable; a task's
 * thread ends with the task.
 *
 * <p>All methods belong to the task's thread.
 */
public final class Gate {
  private static final ThreadLocal<Gate> OF_THIS_TASK = new ThreadLocal<>();
  private static final CompletableFuture<Void> NOW = CompletableFuture.completedFuture(null);

  private final int limit;
  private int taken;
  private boolean held = true;
  private @Nullable CompletableFuture<Void> opens;
  private @Nullable CompletableFuture<Void> drains;

  private Gate(int limit, int taken) {
    this.limit = limit;
    this.taken = taken;
  }

  /**
   * Makes the gate of this task and hands it to the source's reader in the same chain. It is closed
   * until it is {@linkplain #letIn told} that work may begin.
   *
   * @param limit requests that may be inside at once, at least 1
   * @param restored permits taken from the start, one for each restored request; may exceed the
   *     limit (list state of several subtasks can end up in one): the gate then stays closed until
   *     enough have left
   */
  public static Gate install(int limit, int restored) {
    checkArgument(limit >= 1, "a gate needs room for at least one request: %s", limit);
    checkArgument(restored >= 0, "restored requests cannot be negative: %s", restored);
    checkState(
        OF_THIS_TASK.get() == null,
        "this task has a gate already: chain one generate operator to a source, not two");
    Gate gate = new Gate(limit, restored);
    OF_THIS_TASK.set(gate);
    return gate;
  }

  /** The gate that an operator of this task installed. */
  static Gate ofThisTask() {
    Gate gate = OF_THIS_TASK.get();
    checkState(
        gate != null,
        "the prompt source is not chained to the generate operator: give both the same parallelism"
            + " and leave operator chaining on");
    return gate;
  }

  /** Takes the gate away from this task. Does nothing if it was never installed. */
  public void remove() {
    if (OF_THIS_TASK.get() == this) {
      OF_THIS_TASK.remove();
    }
  }

  /** Work may begin. Without effect where it has. */
  public void letIn() {
    held = false;
    openIfSo();
  }

  /** Takes a permit, even beyond the limit: a record once emitted cannot be held back. */
  void acquire() {
    taken++;
  }

  /** Gives a permit back. */
  public void release() {
    checkState(taken > 0, "more permits given back than were taken");
    taken--;
    openIfSo();
    if (drains != null && isDrained()) {
      CompletableFuture<Void> waiting = drains;
      drains = null;
      waiting.complete(null);
    }
  }

  private void openIfSo() {
    if (opens != null && isOpen()) {
      CompletableFuture<Void> waiting = opens;
      opens = null;
      waiting.complete(null);
    }
  }

  /** Whether another record may be emitted. */
  boolean isOpen() {
    return !held && taken < limit;
  }

  /** Whether every request has left. */
  boolean isDrained() {
    return taken == 0;
  }

  /** Done when the gate is open; the same future until then. */
  CompletableFuture<Void> whenOpen() {
    if (isOpen()) {
      return NOW;
    }
    if (opens == null) {
      opens = new CompletableFuture<>();
    }
    return opens;
  }

  /** Done when every request has left; the same future until then. */
  CompletableFuture<Void> whenDrained() {
    if (isDrained()) {
      return NOW;
    }
    if (drains == null) {
      drains = new CompletableFuture<>();
    }
    return drains;
  }

  /** Permits taken and not given back. */
  public int taken() {
    return taken;
  }
}
