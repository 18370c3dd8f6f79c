package dev.dolly.eval.gate;

import dev.dolly.eval.gate.TopicLog.Entry;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.ModelVersion;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** A model's life, and which of its candidates are still to be dealt with. Not thread safe. */
final class Candidates {
  private final ModelHistory history;
  private final long first;
  private final Queue<Entry<CheckpointEvent>> waiting = new ArrayDeque<>();

  /**
   * @param first offset from which on candidates have not been dealt with
   */
  Candidates(String model, long first) {
    this.history = new ModelHistory(model);
    this.first = first;
  }

  /** Takes the next event. */
  void add(Entry<CheckpointEvent> entry) {
    boolean counts = history.add(new RecordedEvent(entry.offset(), entry.value()));
    if (counts
        && entry.offset() >= first
        && entry.value().getStatus() == CheckpointStatus.CANDIDATE) {
      waiting.add(entry);
    }
  }

  /** What the events add up to. */
  ModelHistory history() {
    return history;
  }

  /** The next one to be dealt with. */
  Optional<Entry<CheckpointEvent>> next() {
    return Optional.ofNullable(waiting.poll());
  }

  /** Why nothing is to be decided on a candidate; empty: something is. */
  Optional<String> settled(String candidate) {
    CheckpointStatus status = history.version(candidate).orElseThrow().status();
    if (status != CheckpointStatus.CANDIDATE) {
      return Optional.of("it is " + status + " already");
    }
    List<String> heard = history.versions().stream().map(ModelVersion::version).toList();
    return history
        .current()
        .map(RecordedEvent::version)
        .filter(current -> heard.indexOf(candidate) < heard.indexOf(current))
        .map(current -> current + ", which was saved after it, runs already");
  }
}
