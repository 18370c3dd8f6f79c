package dev.dolly.chaos;

import dev.dolly.local.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries out a schedule of kills and notes how long each kept answers away. Not thread safe. */
final class Tormentor {
  private final Victim victim;
  private final List<Kill> left;
  private final List<Killed> done = new ArrayList<>();
  private Optional<Duration> due = Optional.empty();

  /** What can be killed. */
  @FunctionalInterface
  interface Victim {
    /**
     * Kills the part's process without any warning.
     *
     * @return whether there was one: a part may be on its way back still
     */
    boolean kill(Part part) throws InterruptedException;
  }

  Tormentor(Victim victim, KillSchedule schedule) {
    this.victim = victim;
    this.left = new ArrayList<>(schedule.kills());
  }

  /** Whether all kills are done. */
  boolean isDone() {
    return left.isEmpty();
  }

  /**
   * Kills what is due.
   *
   * @param progress of the run, 0 to 1
   * @param now since the run began
   * @return the kill, if there was one
   */
  Optional<Killed> act(double progress, Duration now) throws InterruptedException {
    if (left.isEmpty()) {
      return Optional.empty();
    }
    Kill next = left.get(0);
    if (due.isEmpty() && progress >= next.progress()) {
      due = Optional.of(now.plus(next.delay()));
    }
    if (due.isEmpty() || now.compareTo(due.get()) < 0 || !victim.kill(next.part())) {
      return Optional.empty();
    }
    due = Optional.empty();
    left.remove(0);
    Killed killed = new Killed(next.part(), now, Optional.empty());
    done.add(killed);
    return Optional.of(killed);
  }

  /**
   * An outcome was committed.
   *
   * @param now since the run began
   */
  void answered(Duration now) {
    done.replaceAll(
        kill ->
            kill.untilAnswered().isPresent()
                ? kill
                : new Killed(kill.part(), kill.at(), Optional.of(now.minus(kill.at()))));
  }

  /** The kills that happened, in their order. */
  List<Killed> kills() {
    return List.copyOf(done);
  }
}
