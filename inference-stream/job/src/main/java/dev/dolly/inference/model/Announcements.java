package dev.dolly.inference.model;

import dev.dolly.inference.model.Announcement.Promotion;
import dev.dolly.inference.model.Announcement.Unreadable;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import dev.dolly.schemas.serde.Decoded;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the checkpoint topic's records say about the one model that the job serves. Records are read
 * from the topic's beginning each time, so that an event that comes twice is known whenever it came
 * first, and a version is found by its name. Not thread safe.
 */
public final class Announcements {
  private final ModelHistory history;
  private final Map<Long, Promotion> promotions = new HashMap<>();
  private long next;

  /**
   * @param model the name whose events count
   */
  public Announcements(String model) {
    history = new ModelHistory(model);
  }

  /**
   * Takes the topic's next record.
   *
   * @return what is to be done about it; empty for what is none of the job's business
   */
  public Optional<Announcement> add(ControlRecord record) {
    next = record.offset() + 1;
    if (record.content() instanceof Decoded.Broken<CheckpointEvent> broken) {
      return Optional.of(
          new Unreadable(record.offset(), record.value(), broken.code(), broken.message()));
    }
    CheckpointEvent event = ((Decoded.Value<CheckpointEvent>) record.content()).record();
    RecordedEvent recorded = new RecordedEvent(record.offset(), event);
    if (!history.add(recorded) || event.getStatus() != CheckpointStatus.PROMOTED) {
      return Optional.empty();
    }
    Promotion promotion = Promotion.of(recorded, record.value());
    promotions.put(record.offset(), promotion);
    return Optional.of(promotion);
  }

  /** Offset after the last record. */
  public long next() {
    return next;
  }

  /** The promotions one would go back through, the newest first. */
  public List<Promotion> line() {
    return history.line().stream().map(each -> promotions.get(each.offset())).toList();
  }

  /** The promotion that announced a model. */
  public Optional<Promotion> find(ModelRef ref) {
    return promotions.values().stream().filter(promotion -> promotion.isOf(ref)).findFirst();
  }
}
