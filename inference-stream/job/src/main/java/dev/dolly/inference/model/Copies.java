package dev.dolly.inference.model;

import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One subtask among those of its job in this process, each of which loads a copy of the same
 * promotion: one after the other, so that each can say how much memory it and those to come need.
 *
 * <p>The tasks of a process know nothing of each other, and their memory is one; hence the static
 * state.
 */
public final class Copies implements AutoCloseable {
  private static final Map<String, Group> OF_THIS_PROCESS = new HashMap<>();

  private final String job;
  private final Group group;
  private final Set<String> loaded = new HashSet<>();

  private static final class Group {
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Set<Copies> members = new HashSet<>(); // guarded by OF_THIS_PROCESS
  }

  /** What is done in a turn. */
  @FunctionalInterface
  interface Loading<T> {
    /**
     * @param copies this one and those to come
     */
    T load(int copies) throws RefusedCheckpointException, InterruptedException;
  }

  private Copies(String job, Group group) {
    this.job = job;
    this.group = group;
  }

  /**
   * Joins the job's subtasks, until it is closed.
   *
   * @param job its id
   */
  public static Copies of(String job) {
    synchronized (OF_THIS_PROCESS) {
      Group group = OF_THIS_PROCESS.computeIfAbsent(job, id -> new Group());
      Copies copies = new Copies(job, group);
      group.members.add(copies);
      return copies;
    }
  }

  /**
   * Loads when no other does.
   *
   * @param promotion a name that no other has
   */
  <T> T load(String promotion, Loading<T> loading)
      throws RefusedCheckpointException, InterruptedException {
    group.turn.lockInterruptibly();
    try {
      T result = loading.load(toCome(promotion));
      synchronized (OF_THIS_PROCESS) {
        loaded.add(promotion);
      }
      return result;
    } finally {
      group.turn.unlock();
    }
  }

  private int toCome(String promotion) {
    synchronized (OF_THIS_PROCESS) {
      return (int) group.members.stream().filter(each -> !each.loaded.contains(promotion)).count();
    }
  }

  @Override
  public void close() {
    synchronized (OF_THIS_PROCESS) {
      group.members.remove(this);
      if (group.members.isEmpty()) {
        OF_THIS_PROCESS.remove(job, group);
      }
    }
  }
}
