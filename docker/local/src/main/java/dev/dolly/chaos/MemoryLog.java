package dev.dolly.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What memory a process had over a run, through its incarnations. Drift is that of the last one: a
 * process that was killed takes its leaks with it. Not thread safe.
 */
final class MemoryLog {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Duration warmUp;
  private final List<Sample> resident = new ArrayList<>();
  private final List<Long> heap = new ArrayList<>();

  /** Bytes of a process at a time since the run began. */
  private record Sample(Duration at, long pid, long bytes) {}

  /**
   * @param warmUp how long after its start a process is not looked at for drift
   */
  MemoryLog(Duration warmUp) {
    this.warmUp = warmUp;
  }

  void resident(Duration at, long pid, long bytes) {
    resident.add(new Sample(at, pid, bytes));
  }

  void heap(long bytes) {
    heap.add(bytes);
  }

  MemoryFigures figures() {
    Map<Long, Long> minutes = new TreeMap<>();
    resident.forEach(sample -> minutes.put(sample.at().toMinutes(), sample.bytes()));
    return new MemoryFigures(List.copyOf(minutes.values()), residentDrift(), heap);
  }

  /** Mean of the last minute against that of the first after the warm-up. */
  private OptionalDouble residentDrift() {
    List<Sample> samples = warm();
    if (samples.isEmpty()) {
      return OptionalDouble.empty();
    }
    Duration firstEnd = samples.get(0).at().plus(MINUTE);
    Duration lastBegin = samples.get(samples.size() - 1).at().minus(MINUTE);
    if (lastBegin.compareTo(firstEnd) < 0) {
      return OptionalDouble.empty();
    }
    double first = mean(samples.stream().filter(s -> s.at().compareTo(firstEnd) < 0).toList());
    double last = mean(samples.stream().filter(s -> s.at().compareTo(lastBegin) > 0).toList());
    return OptionalDouble.of(100 * (last - first) / first);
  }

  /** Those of the last incarnation, once it has warmed up. */
  private List<Sample> warm() {
    if (resident.isEmpty()) {
      return List.of();
    }
    long pid = resident.get(resident.size() - 1).pid();
    Duration warm =
        resident.stream()
            .filter(sample -> sample.pid() == pid)
            .findFirst()
            .orElseThrow()
            .at()
            .plus(warmUp);
    return resident.stream()
        .filter(sample -> sample.pid() == pid && sample.at().compareTo(warm) >= 0)
        .toList();
  }

  private static double mean(List<Sample> samples) {
    return samples.stream().mapToLong(Sample::bytes).average().orElse(0);
  }
}
