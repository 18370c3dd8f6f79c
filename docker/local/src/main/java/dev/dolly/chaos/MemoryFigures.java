package dev.dolly.chaos;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The memory of the jobs' process, in bytes.
 *
 * @param residentByMinute what it had in memory at the end of each minute of the run
 * @param residentDriftPercent from the first minute after the warm-up to the last, of the process
 *     that was there at the end; empty where these are not two
 * @param heapByMinute heap in use after a collection, at about the end of each minute and at the
 *     end of the run, when nothing is in flight any more
 */
public record MemoryFigures(
    List<Long> residentByMinute, OptionalDouble residentDriftPercent, List<Long> heapByMinute) {
  public MemoryFigures {
    residentByMinute = List.copyOf(residentByMinute);
    heapByMinute = List.copyOf(heapByMinute);
  }
}
