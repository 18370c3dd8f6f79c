package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.Outcome.Failed;
import dev.dolly.engine.batch.Outcome.Fault;
import dev.dolly.engine.batch.Passes.Computed;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests with one running batch: at every step each running sequence gets its next token,
 * and beside them a bounded chunk of waiting prompts is computed ({@link Passes} says how). A
 * sequence joins as soon as there is a place in the batch and in the cache, by priority and then in
 * order of submission, and leaves with its last token.
 *
 * <p>One thread steps, its own or one that it shares with other models' batchers; all public
 * methods may be called from any thread and never wait for a step, except {@link #close()}.
 */
public final class ContinuousBatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ContinuousBatcher.class);

  private final LanguageModel model;
  private final BatchSettings settings;
  private final Clock clock;
  private final BatchListener listener;
  private final Bounds bounds;
  private final EngineThread thread;
  private final boolean ownsThread;
  private final EngineThread.Turn turn = this::turn;

  private final Inbox inbox = new Inbox();
  private volatile int waitingCount;
  private volatile int runningCount;
  private volatile int cacheUsed;

  // the engine thread's own
  private final WaitingRequests waiting = new WaitingRequests();
  private final RunningBatch running;
  private long stepEnded; // 0 where nothing runs since

  private ContinuousBatcher(
      EngineThread thread,
      boolean ownsThread,
      LanguageModel model,
      BatchSettings settings,
      Clock clock,
      BatchListener listener) {
    this.thread = thread;
    this.ownsThread = ownsThread;
    this.model = model;
    this.settings = settings;
    this.clock = clock;
    this.listener = listener;
    this.running = new RunningBatch(model, settings, clock);
    this.bounds = running.bounds();
    if (cacheSize() < model.window()) {
      LOG.warn(
          "the KV cache holds {} tokens; a request that needs more of the window's {} is refused",
          cacheSize(),
          model.window());
    }
  }

  /**
   * Starts a thread that computes this batch alone.
   *
   * @param model stays the caller's, to be closed after this
   * @param listener hears of each step and each outcome
   */
  public static ContinuousBatcher start(
      LanguageModel model, BatchSettings settings, BatchListener listener) {
    return start(model, settings, Clock.systemUTC(), listener);
  }

  /** The same with another clock for deadlines. */
  static ContinuousBatcher start(
      LanguageModel model, BatchSettings settings, Clock clock, BatchListener listener) {
    EngineThread thread = EngineThread.start(model.threads());
    try {
      return new ContinuousBatcher(thread, true, model, settings, clock, listener);
    } catch (RuntimeException | Error e) { // no room for the cache
      thread.close();
      throw e;
    }
  }

  /**
   * A batch that takes its steps in turn with those of other models.
   *
   * @param thread stays the caller's, to be closed after this
   */
  public static ContinuousBatcher on(
      EngineThread thread, LanguageModel model, BatchSettings settings, BatchListener listener) {
    return new ContinuousBatcher(thread, false, model, settings, Clock.systemUTC(), listener);
  }

  /**
   * Puts a request into the queue.
   *
   * @throws IllegalStateException when the engine has failed or is closed
   */
  public Generation submit(GenerationRequest request) {
    return submitAll(List.of(request)).get(0);
  }

  /**
   * Puts requests into the queue at one moment: no step runs between the first and the last.
   *
   * @throws IllegalStateException when the engine has failed or is closed
   */
  public List<Generation> submitAll(List<GenerationRequest> requests) {
    long now = System.nanoTime();
    List<Generation> generations = new ArrayList<>(requests.size());
    for (GenerationRequest request : requests) {
      generations.add(new Generation(request, Math.max(0, bounds.limit(request)), now));
    }
    inbox.submit(generations);
    thread.ring(turn);
    return generations;
  }

  /**
   * Ends a request with what there is, at the next step; without effect on one that has ended. Must
   * be one of this batcher's.
   */
  public void cancel(Generation generation) {
    inbox.cancel(generation);
    thread.ring(turn);
  }

  /** Requests that have no place in the batch yet. */
  public int waiting() {
    return inbox.size() + waitingCount;
  }

  /** Requests in the batch. */
  public int running() {
    return runningCount;
  }

  /** Tokens of the cache that are reserved by requests in the batch. */
  public int cacheUsed() {
    return cacheUsed;
  }

  /** Tokens that the cache holds in all. */
  public int cacheSize() {
    return bounds.cache();
  }

  /** What the numbers are computed with: the model's, and what this batcher adds to it. */
  public String fingerprint() {
    return settings.deterministic()
        ? "%s/deterministic-slots-%d-prefill-%d"
            .formatted(model.fingerprint(), settings.maxBatch(), settings.prefillChunk())
        : model.fingerprint();
  }

  /** What killed the engine's thread, if something did; every request has then failed. */
  public Optional<Throwable> failure() {
    return inbox.failure();
  }

  /** Stops after the step under way; requests without an outcome stay without one. */
  @Override
  public void close() {
    inbox.close();
    thread.remove(turn); // it computes with the cache
    if (ownsThread) {
      thread.close();
    }
    running.close();
  }

  /** One step, and what has to be done about it; false when nothing is left to do. */
  private boolean turn() {
    if (inbox.isShut()) {
      return false;
    }
    try {
      obey();
      boolean changed = admit();
      publish();
      if (running.size() > 0) {
        step();
        changed = true;
      }
      if (changed) {
        listener.progressed();
      }
      return !idle();
    } catch (Throwable e) { // native errors included: whoever waits must learn of them
      LOG.error("the engine failed", e);
      fail(e);
      return false;
    }
  }

  /** Lets other threads see how full it is. */
  private void publish() {
    waitingCount = waiting.size();
    runningCount = running.size();
    cacheUsed = running.cacheUsed();
  }

  private void obey() {
    Inbox.Commands commands = inbox.take();
    commands.arrived().forEach(this::arrive);
    commands.cancelled().forEach(this::leaveCancelled);
    if (!commands.isEmpty()) {
      listener.progressed();
    }
  }

  private boolean idle() {
    return waiting.isEmpty() && running.size() == 0;
  }

  private void arrive(Generation generation) {
    Optional<Outcome> early = before(generation);
    if (early.isPresent()) {
      generation.end(early.get());
    } else {
      waiting.add(generation);
    }
  }

  private void leaveCancelled(Generation generation) {
    if (waiting.remove(generation)) {
      generation.end(generation.finished(FinishReason.CANCELLED));
    } else {
      running.cancel(generation);
    }
  }

  /**
   * Lets requests join, in the queue's order; true when one ended at once. Where there is no room
   * for the head of the queue, it waits, and with it all behind it.
   */
  private boolean admit() {
    boolean ended = expireWaiting();
    Optional<Generation> next = waiting.first();
    while (next.isPresent() && running.join(next.get())) {
      waiting.remove(next.get());
      next = waiting.first();
    }
    return ended;
  }

  /** What has not been computed yet when its deadline passes never will be. */
  private boolean expireWaiting() {
    boolean ended = running.expireUntouched();
    for (Generation generation : waiting.all()) {
      if (generation.isDue(clock.millis())) {
        waiting.remove(generation);
        generation.end(generation.expiredBeforePrefill());
        ended = true;
      }
    }
    return ended;
  }

  /** The outcome of a request that needs no step or can have none. Feeds resumed ids. */
  private Optional<Outcome> before(Generation generation) {
    Optional<Outcome> refusal = bounds.refusal(generation.request());
    if (refusal.isPresent()) {
      return refusal;
    }
    for (int i = 0; i < generation.count(); i++) {
      Optional<Outcome> outcome = generation.feed(generation.at(i));
      if (outcome.isPresent()) {
        return outcome;
      }
    }
    if (generation.count() >= bounds.limit(generation.request())) {
      return Optional.of(generation.finished(FinishReason.LENGTH));
    }
    return Optional.empty();
  }

  private void step() {
    long since = stepEnded == 0 ? System.nanoTime() : stepEnded;
    Computed computed = running.step();
    publish();
    long now = System.nanoTime();
    listener.stepped(
        new Step(
            computed.sequences(), computed.prefillTokens(), computed.decodeTokens(), now - since));
    stepEnded = running.size() == 0 ? 0 : now;
  }

  private void fail(Throwable cause) {
    List<Generation> all = new ArrayList<>(inbox.fail(cause));
    all.addAll(running.generations());
    all.addAll(waiting.all());
    for (Generation generation : all) {
      if (generation.outcome().isEmpty()) {
        generation.end(new Failed(Fault.INTERNAL, "the engine has failed: " + cause));
      }
    }
    listener.progressed();
  }
}
