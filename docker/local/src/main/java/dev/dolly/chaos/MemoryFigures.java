package dev.dolly.chaos;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The memory of the jobs' process, in bytes.
 *
 * @param residentByMinute what it had in memory at the end of each minute of the run
 * @param residentDriftPercent from the first minute after the warm-up to the last, of the process
 *     that was there at the end; empty where these are not two
 * @param heapFirst heap in use after a collection, the first time after the warm-up; empty where
 *     there were not two times
 * @param heapLast the same at the end
 */
public record MemoryFigures(
    List<Long> residentByMinute,
    OptionalDouble residentDriftPercent,
    Optional<Long> heapFirst,
    Optional<Long> heapLast) {
  public MemoryFigures {
    residentByMinute = List.copyOf(residentByMinute);
  }
}
