package dev.dolly.training.zero;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.torch.TorchScript;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicLongArray;

/** Devices of one process: each copies out of the others' memory, within scripts. */
final class LocalCollectives implements Collectives {
  private final List<TorchScript> scripts;
  private final PtNDArray[] found;
  private final Phaser meeting;
  private final AtomicLongArray received;

  /**
   * @param scripts by rank, with the methods of {@code sharding.py}
   */
  LocalCollectives(List<TorchScript> scripts) {
    this.scripts = List.copyOf(scripts);
    found = new PtNDArray[scripts.size()];
    meeting = new Phaser(scripts.size());
    received = new AtomicLongArray(scripts.size());
  }

  @Override
  public PtNDArray allGather(int rank, PtNDManager scope, List<PtNDArray> shards, PtNDArray whole) {
    received.addAndGet(rank, (shards.size() - 1) * shards.get(rank).size());
    try (IValue to = IValue.from(whole);
        IValue from = IValue.listFrom(shards.toArray(PtNDArray[]::new))) {
      return scripts.get(rank).tensor(scope, "gather", to, from);
    }
  }

  @Override
  public void reduceScatter(int rank, PtNDArray own, PtNDArray shard, boolean add) {
    found[rank] = own;
    meet();
    PtNDArray[] all = Arrays.stream(found).filter(Objects::nonNull).toArray(PtNDArray[]::new);
    if (all.length > 0) {
      received.addAndGet(rank, (all.length - (own == null ? 0 : 1)) * shard.size());
      try (IValue target = IValue.from(shard);
          IValue parts = IValue.listFrom(all);
          IValue at = IValue.from(rank * shard.size());
          IValue more = IValue.from(add)) {
        scripts.get(rank).call("reduce", target, parts, at, more).close();
      }
    } else if (!add) {
      try (IValue target = IValue.from(shard)) {
        scripts.get(rank).call("zero", target).close();
      }
    }
    meet(); // what was found is its finder's again
  }

  @Override
  public long received(int rank) {
    return received.get(rank);
  }

  @Override
  public void abort() {
    meeting.forceTermination();
  }

  private void meet() {
    if (meeting.arriveAndAwaitAdvance() < 0) {
      throw new CancellationException("another device failed");
    }
  }
}
