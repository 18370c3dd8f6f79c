package dev.dolly.schemas.checkpoint;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The life of one model: a fold of its checkpoint events in the order of their offsets. Events of
 * other models, and ids that were seen before, do not count. Not thread safe.
 *
 * <p>Promotions make a line. A version that is promoted comes to its end; one that stands in it
 * already is gone back to, and all that came after it leaves the line. So a rollback goes to the
 * version before, and another to the one before that.
 */
public final class ModelHistory {
  private final String model;
  private final Set<String> ids = new HashSet<>();
  private final Map<String, ModelVersion> versions = new LinkedHashMap<>();
  private final Deque<RecordedEvent> line = new ArrayDeque<>(); // the newest first
  private long next;

  /**
   * @param model the name whose events count
   */
  public ModelHistory(String model) {
    this.model = requireNonNull(model, "model");
  }

  /**
   * Takes the next event.
   *
   * @return whether it counts
   * @throws IllegalArgumentException if its offset is not above all before
   */
  public boolean add(RecordedEvent recorded) {
    if (recorded.offset() < next) {
      throw new IllegalArgumentException(
          "event at offset %d comes after that at %d".formatted(recorded.offset(), next - 1));
    }
    next = recorded.offset() + 1;
    CheckpointEvent event = recorded.event();
    CheckpointStatus status = event.getStatus();
    if (!event.getModel().equals(model)
        || status == CheckpointStatus.UNKNOWN // of a newer schema than ours
        || !ids.add(event.getEventId())) {
      return false;
    }
    boolean promoted = status == CheckpointStatus.PROMOTED;
    boolean ever = version(event.getVersion()).map(ModelVersion::everPromoted).orElse(false);
    versions.put(event.getVersion(), new ModelVersion(recorded, promoted || ever));
    if (promoted) {
      promote(recorded);
    }
    return true;
  }

  private void promote(RecordedEvent recorded) {
    if (line.stream().anyMatch(each -> each.version().equals(recorded.version()))) {
      while (!line.pop().version().equals(recorded.version())) {
        // what was promoted after it is taken back
      }
    }
    line.push(recorded);
  }

  public String model() {
    return model;
  }

  /** All versions, in the order in which they were first heard of. */
  public List<ModelVersion> versions() {
    return List.copyOf(versions.values());
  }

  public Optional<ModelVersion> version(String version) {
    return Optional.ofNullable(versions.get(version));
  }

  /** The promotion that is to be served. */
  public Optional<RecordedEvent> current() {
    return Optional.ofNullable(line.peek());
  }

  /** The promotions one would go back through, {@link #current} first. */
  public List<RecordedEvent> line() {
    return List.copyOf(line);
  }

  /** What a rollback goes to: the version in the line before the current one, unless rejected. */
  public Optional<RecordedEvent> previous() {
    return line.stream()
        .skip(1)
        .filter(each -> versions.get(each.version()).status() != CheckpointStatus.REJECTED)
        .findFirst();
  }

  /**
   * The id of an event that would come next: of version, status and the offset of the event that it
   * replaces. A candidate replaces none, a promotion the current one, a rejection the version's
   * latest event.
   */
  public String eventId(String version, CheckpointStatus status) {
    Optional<RecordedEvent> replaced =
        switch (status) {
          case PROMOTED -> current();
          case REJECTED -> version(version).map(ModelVersion::latest);
          case CANDIDATE, UNKNOWN -> Optional.empty();
        };
    return EventIds.of(version, status, replaced.map(RecordedEvent::offset).orElse(EventIds.NONE));
  }

  /**
   * The event that promotes a version, or goes back to it.
   *
   * @param reason for people
   * @param now epoch ms
   * @throws IllegalArgumentException for a version that no event has announced
   */
  public CheckpointEvent promotion(String version, String reason, long now) {
    return next(version, CheckpointStatus.PROMOTED, reason, now);
  }

  /**
   * The event that says that a version is not to be served. What is served stays.
   *
   * @param reason for people
   * @param now epoch ms
   * @throws IllegalArgumentException for a version that no event has announced
   */
  public CheckpointEvent rejection(String version, String reason, long now) {
    return next(version, CheckpointStatus.REJECTED, reason, now);
  }

  private CheckpointEvent next(String version, CheckpointStatus status, String reason, long now) {
    ModelVersion known =
        version(version)
            .orElseThrow(() -> new IllegalArgumentException(model + " has no version " + version));
    return CheckpointEvent.newBuilder(known.latest().event())
        .setEventId(eventId(version, status))
        .setStatus(status)
        .setReason(reason)
        .setCreatedAt(now)
        .build();
  }
}
