package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.BatchListener;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.EngineThread;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.sampling.Sampling;
import dev.dolly.inference.model.Announcement.Promotion;
import dev.dolly.inference.model.ModelLoader;
import dev.dolly.inference.model.ServedModel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * How long running sequences wait for their next token while another model is loaded beside theirs
 * and takes over, with the classes that do so in a subtask. Random ids as prompts, greedy, ending
 * tokens ignored.
 */
public final class SwapBenchmark {
  private static final int PROMPT_TOKENS = 8;

  private final ModelLoader loader;
  private final int batch;
  private final int steps;

  /** What happens beside the sequences that are watched. */
  public enum Phase {
    /** Nothing. */
    ALONE,
    /** The other model is loaded, and asked a known prompt. */
    LOADING,
    /** As many prompts of the other model's begin, in one step: as new prompts do at any time. */
    STARTING,
    /** Their sequences decode as well. */
    BOTH
  }

  /**
   * What was seen.
   *
   * @param gaps between two tokens of one sequence, in nanoseconds, by what happened meanwhile
   * @param loadMillis how long the other model took
   */
  public record Result(Map<Phase, List<Long>> gaps, long loadMillis) {}

  /**
   * @param loader of the first model as its base
   * @param batch sequences of each model
   * @param steps to watch alone and to watch with both
   */
  public SwapBenchmark(ModelLoader loader, int batch, int steps) {
    this.loader = loader;
    this.batch = batch;
    this.steps = steps;
  }

  /**
   * Runs once.
   *
   * @throws IllegalStateException where the other model is refused
   */
  public Result run(Promotion other) throws InterruptedException {
    BlockingQueue<Runnable> mails = new LinkedBlockingQueue<>();
    Watch watch = new Watch();
    try (EngineThread thread = EngineThread.start(loader.threads());
        Resident first = loads(thread, watch).base().resident();
        Background background = new Background(mails::add)) {
      System.gc(); // what starting left would be copied in the middle; in a running job it is not
      // there
      watch.watch(batch, () -> submit(first));
      watch.await(steps);
      watch.phase(Phase.LOADING);
      List<Object> loaded = new ArrayList<>();
      background.load(() -> loads(thread, () -> {}).promoted(other), loaded::add, loaded::add);
      mails.take().run();
      if (!(loaded.get(0) instanceof Loads.Loaded second)) {
        throw new IllegalStateException("the other model does not load", (Throwable) loaded.get(0));
      }
      watch.phase(Phase.STARTING);
      try (Resident theirModel = second.resident()) {
        List<Generation> theirs =
            IntStream.range(0, batch).mapToObj(i -> submit(theirModel)).toList();
        while (theirs.stream().anyMatch(each -> each.count() == 0)) {
          watch.await(1);
        }
        watch.phase(Phase.BOTH);
        watch.await(Math.min(steps, theirModel.window() - 2 * PROMPT_TOKENS));
      }
      return new Result(watch.gaps(), second.millis());
    }
  }

  private Loads loads(EngineThread thread, BatchListener listener) {
    return new Loads(loader, served -> resident(thread, served, listener));
  }

  private Resident resident(EngineThread thread, ServedModel served, BatchListener listener) {
    long cache = served.model().cacheBytesPerToken() * served.model().window() * batch;
    BatchSettings settings = BatchSettings.defaults().withMaxBatch(batch).withCacheBytes(cache);
    return new Resident(
        served, ContinuousBatcher.on(thread, served.model(), settings, listener), false);
  }

  /** As long as the window allows. */
  private static Generation submit(Resident resident) {
    return resident
        .batcher()
        .submit(
            new GenerationRequest(
                "bench",
                new Random(1).ints(PROMPT_TOKENS, 0, resident.vocabulary()).toArray(),
                Generated.NONE,
                resident.window() - PROMPT_TOKENS,
                Sampling.GREEDY,
                0,
                Answer.idsOnly()));
  }

  /** Reads the clock at each step, on the engine's thread. One that ends is followed by another. */
  private static final class Watch implements BatchListener {
    private final Map<Phase, List<Long>> gaps = new EnumMap<>(Phase.class);
    private final List<Generation> watched = new ArrayList<>();
    private Supplier<Generation> next = () -> null;
    private int[] counts = {};
    private long[] times = {};
    private Phase phase = Phase.ALONE;
    private int seen;

    synchronized void watch(int sequences, Supplier<Generation> submission) {
      next = submission;
      counts = new int[sequences];
      times = new long[sequences];
      for (int i = 0; i < sequences; i++) {
        watched.add(submission.get());
      }
    }

    synchronized void phase(Phase next) {
      phase = next;
    }

    synchronized Map<Phase, List<Long>> gaps() {
      return gaps;
    }

    /** Waits for so many steps of the watched sequences. */
    synchronized void await(int steps) throws InterruptedException {
      int until = seen + steps;
      while (seen < until) {
        for (Generation each : watched) {
          if (each.outcome().orElse(null) instanceof Outcome.Failed failed) {
            throw new IllegalStateException(failed.message());
          }
        }
        wait();
      }
    }

    @Override
    public synchronized void progressed() {
      long now = System.nanoTime();
      boolean all = !watched.isEmpty();
      for (int i = 0; i < watched.size(); i++) {
        int count = watched.get(i).count();
        if (count > counts[i] && counts[i] > 0) {
          gaps.computeIfAbsent(phase, p -> new ArrayList<>()).add(now - times[i]);
        }
        all &= count > counts[i] && counts[i] > 0;
        if (count > counts[i]) {
          counts[i] = count;
          times[i] = now;
        }
        if (watched.get(i).outcome().orElse(null) instanceof Outcome.Finished) {
          watched.set(i, next.get());
          counts[i] = 0;
        }
      }
      seen += all ? 1 : 0;
      notifyAll();
    }
  }
}
