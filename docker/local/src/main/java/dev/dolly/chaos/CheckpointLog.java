package dev.dolly.chaos;

import dev.dolly.watch.FlinkRest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The checkpoints of one job through all its incarnations. Flink forgets a job's with its process,
 * and all but the last ten before: so this looks often. Not thread safe.
 */
final class CheckpointLog {
  private final FlinkRest flink;
  private final String job;
  private final Map<String, Incarnations> jobs = new HashMap<>();

  /** One submission of the job, restored any number of times. */
  private static final class Incarnations {
    private final TreeMap<Long, FlinkRest.Completed> completed = new TreeMap<>();
    private final Set<Long> restores = new TreeSet<>();
    private long failed;

    void add(FlinkRest.Checkpoints seen) {
      seen.recent().forEach(checkpoint -> completed.put(checkpoint.id(), checkpoint));
      // The start is an incarnation's begin too, whether something was restored then or not.
      restores.add(seen.restoredAt().orElse(0));
      failed = Math.max(failed, seen.failed());
    }

    /** Durations, without the first of each incarnation, in which everything is still cold. */
    List<Long> warm() {
      List<Long> millis = new ArrayList<>();
      Set<Long> first = new TreeSet<>();
      for (long restore : restores) {
        completed.values().stream()
            .filter(checkpoint -> checkpoint.triggeredAt() >= restore)
            .findFirst()
            .ifPresent(checkpoint -> first.add(checkpoint.id()));
      }
      completed.forEach(
          (id, checkpoint) -> {
            if (!first.contains(id)) {
              millis.add(checkpoint.millis());
            }
          });
      return millis;
    }
  }

  /**
   * @param job the job's name
   */
  CheckpointLog(FlinkRest flink, String job) {
    this.flink = flink;
    this.job = job;
  }

  /**
   * Takes over what Flink remembers now.
   *
   * @return checkpoints that the present submission has completed; none while Flink is away
   */
  long look() throws InterruptedException {
    try {
      Optional<FlinkRest.Job> found = flink.job(job);
      if (found.isEmpty()) {
        return 0;
      }
      FlinkRest.Checkpoints seen = flink.checkpoints(found.get().id());
      jobs.computeIfAbsent(found.get().id(), id -> new Incarnations()).add(seen);
      return seen.completed();
    } catch (IOException e) {
      return 0; // killed a moment ago: the next look finds it again
    }
  }

  /** What was seen so far. */
  CheckpointFigures figures() {
    List<Long> millis = new ArrayList<>();
    long failed = 0;
    int completed = 0;
    for (Incarnations one : jobs.values()) {
      millis.addAll(one.warm());
      failed += one.failed;
      completed += one.completed.size();
    }
    Collections.sort(millis);
    return new CheckpointFigures(
        completed,
        failed,
        Quantiles.of(millis, 0.5),
        Quantiles.of(millis, 0.99),
        Quantiles.of(millis, 1));
  }
}
