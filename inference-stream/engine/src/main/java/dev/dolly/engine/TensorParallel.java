package dev.dolly.engine;

import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.torch.TorchScript;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Phaser;
import java.util.function.Function;

/**
 * A pass of a model whose heads, feed-forward columns and vocabulary are split over ranks. Each has
 * a thread; after every block (twice in one, where the MLP reads what attention made) they add up
 * what each has, all in the same order, so that all go on with equal bits.
 *
 * <p>Method by M. Shoeybi et al., <a href="https://arxiv.org/abs/1909.08053">Megatron-LM</a>,
 * section 3; a block with parallel residual needs one sum where theirs needs two.
 *
 * <p>Any thread may call, one at a time; others wait. The caller's thread drives rank 0.
 */
final class TensorParallel implements AutoCloseable {
  private final List<Rank> ranks;
  private final int layers;
  private final boolean parallelResidual;
  private final List<ExecutorService> threads = new ArrayList<>(); // of the ranks from 1 on
  private final IValue[][] parts; // of this sum and the one before, which somebody may still read

  /**
   * @param ranks stay the caller's, to be closed after this
   * @param threadsEach that one operation of a rank may use
   */
  TensorParallel(List<Rank> ranks, int layers, boolean parallelResidual, int threadsEach) {
    this.ranks = ranks;
    this.layers = layers;
    this.parallelResidual = parallelResidual;
    parts = new IValue[2][ranks.size()];
    for (int rank = 1; rank < ranks.size(); rank++) {
      String name = "dolly-rank-" + rank;
      ExecutorService thread =
          Executors.newSingleThreadExecutor(
              work -> {
                Thread driver = new Thread(work, name);
                driver.setDaemon(true);
                return driver;
              });
      thread.execute(() -> TorchScript.prepareThread(threadsEach));
      threads.add(thread);
    }
  }

  /** {@code [tokens, hidden_size]} */
  synchronized IValue hidden(IValue ids, IValue places, IValue spans, KvCache cache) {
    Phaser sums = new Phaser(ranks.size());
    List<Pass> passes = ranks.stream().map(rank -> new Pass(rank, sums)).toList();
    try {
      List<IValue> all =
          everywhere(rank -> passes.get(rank.index()).run(ids, places, spans, cache));
      all.subList(1, all.size()).forEach(IValue::close); // equal to the first
      return all.get(0);
    } finally {
      passes.forEach(Pass::close); // no other rank reads what one of them put in any more
    }
  }

  /** {@code [rows, vocabulary]} */
  synchronized IValue logits(IValue hidden, IValue rows) {
    List<IValue> all = everywhere(rank -> rank.logits(hidden, rows));
    try (IValue columns = IValue.listFrom(all.toArray(IValue[]::new))) {
      return ranks.get(0).script().call("gathered", columns);
    } finally {
      all.forEach(IValue::close);
    }
  }

  /** What each rank makes, in their order; throws when all have ended, where one failed. */
  private List<IValue> everywhere(Function<Rank, IValue> work) {
    FutureTask<IValue> first = new FutureTask<>(() -> work.apply(ranks.get(0)));
    List<Future<IValue>> all = new ArrayList<>(List.of(first));
    for (int i = 1; i < ranks.size(); i++) {
      Rank rank = ranks.get(i);
      all.add(threads.get(i - 1).submit(() -> work.apply(rank)));
    }
    first.run();
    List<IValue> results = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (Future<IValue> each : all) {
      try {
        results.add(joined(each));
      } catch (ExecutionException e) {
        failures.add(e.getCause());
      }
    }
    if (!failures.isEmpty()) {
      results.forEach(IValue::close);
      throw thrown(failures);
    }
    return results;
  }

  /** What one of them threw of itself: the others only heard of it. */
  private static RuntimeException thrown(List<Throwable> failures) {
    Throwable cause =
        failures.stream()
            .filter(failure -> !(failure instanceof CancellationException))
            .findFirst()
            .orElse(failures.get(0));
    if (cause instanceof Error error) {
      throw error;
    }
    return (RuntimeException) cause; // a function throws nothing else
  }

  private static IValue joined(Future<IValue> future) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) { // what it makes needs an owner
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdown);
  }

  /** One rank's side of a pass, on its thread; closed when all have ended. */
  private final class Pass {
    private final Rank rank;
    private final Phaser sums;
    private IValue x;
    private IValue own; // its part of the sum before, which others may still read
    private int count;

    /**
     * @param sums where the ranks wait for each other's parts; terminated when one fails
     */
    Pass(Rank rank, Phaser sums) {
      this.rank = rank;
      this.sums = sums;
    }

    IValue run(IValue ids, IValue places, IValue spans, KvCache cache) {
      try (IValue turn = rank.begin(places, spans)) {
        add(rank.embedded(ids));
        for (int layer = 0; layer < layers; layer++) {
          if (parallelResidual) {
            add(rank.attending("block", x, layer, cache, turn));
          } else {
            add(rank.attending("attention", x, layer, cache, turn));
            add(rank.mlp(x, layer));
          }
        }
        return rank.end(x);
      } catch (RuntimeException | Error e) {
        sums.forceTermination(); // the others would wait for what does not come
        throw e;
      }
    }

    /** The all-reduce: adds everybody's part to x. */
    private void add(IValue part) {
      IValue[] all = parts[count++ & 1];
      all[rank.index()] = part;
      boolean complete = sums.arriveAndAwaitAdvance() >= 0;
      free(own); // who is here has read the last sum's
      own = part;
      if (!complete) {
        throw new CancellationException("another rank of the model failed");
      }
      IValue before = x;
      try (IValue list = IValue.listFrom(all)) {
        x =
            before == null
                ? rank.script().call("reduced", list)
                : rank.script().call("added", before, list);
      }
      free(before);
    }

    void close() {
      free(x);
      free(own);
    }

    private static void free(IValue value) {
      if (value != null) {
        value.close();
      }
    }
  }
}
