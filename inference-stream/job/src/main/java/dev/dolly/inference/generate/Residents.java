package dev.dolly.inference.generate;

import dev.dolly.inference.metrics.Engines;
import dev.dolly.inference.model.Announcement.Promotion;
import dev.dolly.schemas.avro.ModelRef;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * The models of one subtask that are in memory: the current one, which new requests go to, and at
 * most one other, which is freed when no request is pinned to it any more.
 *
 * <p>All methods belong to the operator's thread, but those of {@link Engines}.
 */
final class Residents implements Models, Engines, AutoCloseable {
  private static final int MOST = 2;

  private final List<Resident> all = new CopyOnWriteArrayList<>(); // the current one first
  private final Consumer<Resident> unused;

  /**
   * @param unused takes over a model that is resident no longer, to free it
   */
  Residents(Consumer<Resident> unused) {
    this.unused = unused;
  }

  boolean isFull() {
    return all.size() == MOST;
  }

  /** Takes a model over. The first is the current one. */
  void add(Resident resident) {
    all.add(resident);
  }

  /** New requests go to it from now on; returns whether they did not before. */
  boolean makeCurrent(Resident resident) {
    Resident before = current();
    if (resident == before) {
      return false;
    }
    all.remove(resident);
    all.add(0, resident);
    freeIfUnused(before);
    return true;
  }

  /** Frees those that no request is pinned to, but for the current one. */
  void freeUnused() {
    all.forEach(this::freeIfUnused);
  }

  private void freeIfUnused(Resident resident) {
    if (resident != current() && !resident.isPinned()) {
      all.remove(resident);
      unused.accept(resident);
    }
  }

  /** The model that was announced so. */
  Optional<Resident> find(Promotion promotion) {
    return all.stream().filter(each -> promotion.isOf(each.ref())).findFirst();
  }

  @Override
  public Resident current() {
    return all.get(0);
  }

  @Override
  public Optional<Resident> find(ModelRef ref) {
    return all.stream().filter(each -> each.ref().equals(ref)).findFirst();
  }

  @Override
  public void left(Resident resident) {
    resident.unpin();
    freeIfUnused(resident);
  }

  @Override
  public Optional<Throwable> failure() {
    return all.stream().flatMap(each -> each.batcher().failure().stream()).findFirst();
  }

  @Override
  public int residents() {
    return all.size();
  }

  @Override
  public int waiting() {
    return sum(each -> each.batcher().waiting());
  }

  @Override
  public int running() {
    return sum(each -> each.batcher().running());
  }

  @Override
  public int cacheUsed() {
    return sum(each -> each.batcher().cacheUsed());
  }

  @Override
  public int cacheSize() {
    return sum(each -> each.batcher().cacheSize());
  }

  @Override
  public int nativeTensors() {
    return sum(Resident::nativeTensors);
  }

  private int sum(ToIntFunction<Resident> figure) {
    return all.stream().mapToInt(figure).sum();
  }

  @Override
  public void close() {
    all.forEach(Resident::close);
    all.clear();
  }
}
