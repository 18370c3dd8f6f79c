package dev.dolly.inference.generate;

import dev.dolly.inference.metrics.Engines;
import dev.dolly.inference.model.Announcement;
import dev.dolly.inference.model.Announcement.Promotion;
import dev.dolly.inference.model.Announcement.Unreadable;
import dev.dolly.inference.model.Announcements;
import dev.dolly.inference.model.ControlRecord;
import dev.dolly.inference.model.ModelState;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one model follows another in a subtask. What the checkpoint topic announces is dealt with in
 * its order, one at a time: a promoted checkpoint is loaded in the background and then becomes the
 * current model, or is refused.
 *
 * <p>The state is cut between two announcements: one that is being loaded is not dealt with, so
 * whoever goes on from the state reads it again.
 *
 * <p>All methods belong to the operator's thread.
 */
final class ModelLife implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLife.class);

  private final Loads loads;
  private final ModelListener listener;
  private final Announcements announcements;
  private final Executor owner;
  private final Background background;
  private final Residents residents;
  private final Queue<Announcement> pending = new ArrayDeque<>();
  private Optional<Promotion> running = Optional.empty();
  private List<ControlRecord> backlog = List.of();
  private long backlogEnd;
  private boolean loading;
  private boolean caughtUp;

  /**
   * @param model the name whose events count
   * @param owner runs what it is given on the operator's thread, or never if that ends
   */
  ModelLife(String model, Loads loads, Executor owner, ModelListener listener) {
    this.loads = loads;
    this.listener = listener;
    this.announcements = new Announcements(model);
    this.owner = owner;
    this.background = new Background(owner);
    this.residents = new Residents(this::free);
  }

  /** There is room for the next, but not in the middle of what is being done. */
  private void free(Resident resident) {
    background.free(resident);
    owner.execute(this::proceed);
  }

  /**
   * Loads what is to run first, and waits for it. Without a state that is the newest promotion that
   * can be loaded, as all before it is history; else what the state says. A model that requests are
   * pinned to is loaded beside it.
   *
   * @param records all there are on the topic
   * @param pinned models of requests in flight
   */
  void begin(
      Collection<ControlRecord> records, Optional<ModelState> state, Collection<ModelRef> pinned)
      throws InterruptedException {
    long from = state.map(ModelState::next).orElse(Long.MAX_VALUE);
    records.stream().filter(record -> record.offset() < from).forEach(announcements::add);
    loadFirst(
        state
            .map(known -> known.running().stream().flatMap(this::line).toList())
            .orElseGet(announcements::line));
    for (ModelRef ref : new LinkedHashSet<>(pinned)) {
      if (residents.find(ref).isEmpty() && !residents.isFull()) {
        loadPinned(ref);
      }
    }
    backlog = records.stream().filter(record -> record.offset() >= from).toList();
    backlogEnd = records.stream().mapToLong(record -> record.offset() + 1).max().orElse(0);
  }

  /** The requests that go on are pinned: begins to deal with what came after the state. */
  void goOn() {
    residents.freeUnused();
    announced(backlog);
    backlog = List.of();
  }

  /** A promotion and those that one would go back to without it. */
  private Stream<Promotion> line(Promotion first) {
    return Stream.concat(
        Stream.of(first),
        announcements.line().stream().filter(each -> each.offset() < first.offset()));
  }

  private void loadFirst(List<Promotion> candidates) throws InterruptedException {
    for (Promotion candidate : candidates) {
      try {
        residents.add(loaded(loads.promoted(candidate)));
        running = Optional.of(candidate);
        return;
      } catch (RefusedCheckpointException e) {
        refused(candidate, e.code(), e.getMessage());
      }
    }
    residents.add(loaded(loads.base()));
  }

  /** Where a model is gone, its requests start again on the current one. */
  private void loadPinned(ModelRef ref) throws InterruptedException {
    try {
      Optional<Promotion> promotion = announcements.find(ref);
      if (promotion.isPresent()) {
        residents.add(loaded(loads.promoted(promotion.get())));
      } else if (loads.isBase(ref)) {
        residents.add(loaded(loads.base()));
      } else {
        LOG.warn("version {} of requests in flight was never announced", ref.getVersion());
      }
    } catch (RefusedCheckpointException e) {
      LOG.warn("version {} of requests in flight is gone: {}", ref.getVersion(), e.getMessage());
    }
  }

  private Resident loaded(Loads.Loaded loaded) {
    listener.loaded(loaded.millis());
    return loaded.resident();
  }

  /** Takes the topic's next records. */
  void announced(List<ControlRecord> records) {
    records.forEach(record -> announcements.add(record).ifPresent(pending::add));
    proceed();
  }

  /** Deals with what is pending, as far as can be done now. */
  private void proceed() {
    while (!loading && !pending.isEmpty()) {
      Announcement next = pending.peek();
      if (next instanceof Unreadable unreadable) {
        refused(unreadable, unreadable.code(), unreadable.message());
        pending.remove();
      } else {
        Promotion promotion = (Promotion) next;
        Optional<Resident> here = residents.find(promotion);
        if (here.isPresent()) {
          switchTo(here.get(), promotion);
          pending.remove();
        } else if (!residents.isFull()) {
          beginToLoad(promotion);
        } else {
          break; // requests still run on the model before
        }
      }
    }
    if (!caughtUp && next() >= backlogEnd) {
      caughtUp = true;
      listener.caughtUp();
    }
  }

  private void beginToLoad(Promotion promotion) {
    LOG.info("version {} is promoted: loading {}", promotion.version(), promotion.uri());
    loading = true;
    background.load(
        () -> loads.promoted(promotion),
        loaded -> {
          Resident resident = loaded(loaded);
          residents.add(resident);
          switchTo(resident, promotion);
          dealtWith();
        },
        failure -> {
          if (!(failure instanceof RefusedCheckpointException refusal)) {
            throw new EngineFailedException(failure);
          }
          refused(promotion, refusal.code(), refusal.getMessage());
          dealtWith();
        });
  }

  private void dealtWith() {
    loading = false;
    pending.remove();
    proceed();
  }

  private void switchTo(Resident resident, Promotion promotion) {
    running = Optional.of(promotion);
    if (residents.makeCurrent(resident)) {
      LOG.info("new requests go to version {}", resident.version());
      listener.switched();
    }
  }

  private void refused(Announcement announcement, ErrorCode code, String message) {
    LOG.error("what offset {} announced is refused: {}, {}", announcement.offset(), code, message);
    listener.refused(announcement, code, message);
  }

  /** For the operator's state. */
  ModelState snapshot() {
    return new ModelState(next(), running);
  }

  private long next() {
    return pending.isEmpty() ? announcements.next() : pending.peek().offset();
  }

  /** What requests run on. */
  Models models() {
    return residents;
  }

  /** The same, for who watches. */
  Engines engines() {
    return residents;
  }

  @Override
  public void close() {
    background.close();
    residents.close();
  }
}
