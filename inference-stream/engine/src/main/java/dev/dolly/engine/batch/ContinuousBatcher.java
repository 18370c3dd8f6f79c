package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.Generation.Timings;
import dev.dolly.engine.batch.Outcome.Failed;
import dev.dolly.engine.batch.Outcome.Fault;
import dev.dolly.engine.batch.Outcome.Finished;
import dev.dolly.engine.batch.Passes.Computed;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests with one running batch: at every step each running sequence gets its next token,
 * and beside them a bounded chunk of waiting prompts is computed ({@link Passes} says how). A
 * sequence joins as soon as there is a place in the batch and in the cache, by priority and then in
 * order of submission, and leaves with its last token.
 *
 * <p>Room in the cache is reserved for a sequence's longest possible course when it joins, so
 * running sequences never compete for it and none has to be evicted.
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
  private final KvCache cache;
  private final int reserved; // tokens of the cache that are no request's
  private final EngineThread thread;
  private final boolean ownsThread;
  private final EngineThread.Turn turn = this::turn;

  private final Inbox inbox = new Inbox();
  private volatile int waitingCount;
  private volatile int runningCount;
  private volatile int cacheUsed;

  // the engine thread's own
  private final WaitingRequests waiting = new WaitingRequests();
  private final List<Sequence> running = new ArrayList<>();
  private final Passes passes;
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
    this.cache = model.newCache(cacheBytes());
    this.passes = Passes.of(model, cache, settings);
    this.reserved = cache.used();
    if (cacheSize() < model.window()) {
      LOG.warn(
          "the KV cache holds {} tokens; a request that needs more of the window's {} is refused",
          cacheSize(),
          model.window());
    }
  }

  private long cacheBytes() {
    long token = model.cacheBytesPerToken();
    long bytes = settings.cacheBytesFor(token * model.window());
    return settings.deterministic() ? bytes + token : bytes; // one for the places that are free
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
      generations.add(new Generation(request, Math.max(0, limit(request)), now));
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
    return cache.size() - reserved;
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
    cache.close();
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
      if (!running.isEmpty()) {
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
    cacheUsed = cache.used() - reserved;
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
    return waiting.isEmpty() && running.isEmpty();
  }

  private void arrive(Generation generation) {
    Optional<Outcome> early = before(generation);
    if (early.isPresent()) {
      end(generation, early.get(), 0, 0);
    } else {
      waiting.add(generation);
    }
  }

  private void leaveCancelled(Generation generation) {
    if (waiting.remove(generation)) {
      end(generation, finished(generation, FinishReason.CANCELLED), 0, 0);
      return;
    }
    for (Sequence sequence : List.copyOf(running)) {
      if (sequence.generation == generation) {
        leave(sequence, FinishReason.CANCELLED);
      }
    }
  }

  /** Lets requests join, in the queue's order; true when one ended at once. */
  private boolean admit() {
    boolean ended = expireWaiting();
    while (running.size() < settings.maxBatch()) {
      Optional<Generation> first = waiting.first();
      if (first.isEmpty()) {
        break;
      }
      Generation next = first.get();
      Optional<Span> span = cache.reserve(longest(next.request()));
      if (span.isEmpty()) {
        break; // the head of the queue waits for room, and with it all behind it
      }
      waiting.remove(next);
      running.add(new Sequence(next, limit(next.request()), span.get()));
    }
    return ended;
  }

  /** What has not been computed yet when its deadline passes never will be. */
  private boolean expireWaiting() {
    boolean ended = false;
    for (Sequence sequence : List.copyOf(running)) {
      if (sequence.untouched() && expired(sequence.generation)) {
        leave(sequence, expiredBeforePrefill(sequence.generation));
        ended = true;
      }
    }
    for (Generation generation : waiting.all()) {
      if (expired(generation)) {
        waiting.remove(generation);
        end(generation, expiredBeforePrefill(generation), 0, 0);
        ended = true;
      }
    }
    return ended;
  }

  /** One that was resumed has been computed before: it has an answer, such as it is. */
  private static Outcome expiredBeforePrefill(Generation generation) {
    if (generation.count() > 0) {
      return finished(generation, FinishReason.DEADLINE);
    }
    return new Failed(
        Fault.DEADLINE_EXPIRED,
        "the deadline of %s passed before the prompt was computed"
            .formatted(Instant.ofEpochMilli(generation.request().deadline().getAsLong())));
  }

  private boolean expired(Generation generation) {
    OptionalLong deadline = generation.request().deadline();
    return deadline.isPresent() && clock.millis() >= deadline.getAsLong();
  }

  private int limit(GenerationRequest request) {
    return Math.min(request.maxNewTokens(), model.window() - request.promptIds().length);
  }

  /** Tokens in the cache at the end of its longest course: the last id is never fed back. */
  private int longest(GenerationRequest request) {
    return request.promptIds().length + limit(request) - 1;
  }

  /** The outcome of a request that needs no step or can have none. Feeds resumed ids. */
  private Optional<Outcome> before(Generation generation) {
    GenerationRequest request = generation.request();
    int prompt = request.promptIds().length;
    if (prompt >= model.window()) {
      return Optional.of(
          new Failed(
              Fault.PROMPT_TOO_LONG,
              "the prompt has %d tokens or more; the model's window of %d has to hold the answer too"
                  .formatted(prompt, model.window())));
    }
    int need = longest(request);
    if (need > cacheSize()) {
      return Optional.of(
          new Failed(
              Fault.CACHE_EXHAUSTED,
              "prompt and answer may take %d tokens; the KV cache holds %d in all"
                  .formatted(need, cacheSize())));
    }
    for (int i = 0; i < generation.count(); i++) {
      Optional<Outcome> outcome = feed(generation, generation.at(i));
      if (outcome.isPresent()) {
        return outcome;
      }
    }
    if (generation.count() >= limit(request)) {
      return Optional.of(finished(generation, FinishReason.LENGTH));
    }
    return Optional.empty();
  }

  private void step() {
    long since = stepEnded == 0 ? System.nanoTime() : stepEnded;
    Computed computed = passes.compute(running);
    for (Choice choice : computed.choices()) {
      if (choice.finite()) {
        take(choice);
      } else {
        leave(choice.sequence(), numericFault(choice.sequence().generation));
      }
    }
    publish();
    long now = System.nanoTime();
    listener.stepped(
        new Step(
            computed.sequences(), computed.prefillTokens(), computed.decodeTokens(), now - since));
    stepEnded = running.isEmpty() ? 0 : now;
  }

  private static Outcome numericFault(Generation generation) {
    return new Failed(
        Fault.NUMERIC_FAULT,
        "the logits after %d generated tokens hold a NaN or an infinity"
            .formatted(generation.count()));
  }

  private void take(Choice choice) {
    Sequence sequence = choice.sequence();
    if (sequence.firstTokenNanos == 0) {
      sequence.firstTokenNanos = System.nanoTime();
    }
    choice
        .logprob()
        .ifPresentOrElse(
            logprob -> sequence.append(choice.id(), logprob), () -> sequence.append(choice.id()));
    Optional<Outcome> outcome = feed(sequence.generation, choice.id());
    if (outcome.isPresent()) {
      leave(sequence, outcome.get());
    } else if (sequence.full()) {
      leave(sequence, FinishReason.LENGTH);
    } else if (expired(sequence.generation)) {
      leave(sequence, FinishReason.DEADLINE);
    }
  }

  /** Gives an id to the request's answer. A defect there is that request's alone. */
  private Optional<Outcome> feed(Generation generation, int id) {
    Answer answer = generation.request().answer();
    try {
      Optional<FinishReason> reason = answer.accept(id);
      generation.stableText(answer.stable());
      return reason.map(r -> finished(generation, r));
    } catch (RuntimeException e) {
      LOG.error("request {}: its answer could not take token {}", generation.request().id(), id, e);
      return Optional.of(new Failed(Fault.INTERNAL, "decoding token " + id + ": " + e));
    }
  }

  private static Outcome finished(Generation generation, FinishReason reason) {
    return new Finished(reason, generation.request().answer().complete());
  }

  private void leave(Sequence sequence, FinishReason reason) {
    leave(sequence, finished(sequence.generation, reason));
  }

  private void leave(Sequence sequence, Outcome outcome) {
    running.remove(sequence);
    cache.release(sequence.span);
    end(sequence.generation, outcome, sequence.startedNanos(), sequence.firstTokenNanos);
  }

  private static void end(Generation generation, Outcome outcome, long started, long firstToken) {
    long now = System.nanoTime();
    long begun = started == 0 ? now : started;
    long first = firstToken == 0 ? now : firstToken;
    generation.end(
        outcome,
        new Timings(
            millis(generation.submittedNanos(), begun), millis(begun, first), millis(first, now)));
  }

  private static long millis(long fromNanos, long toNanos) {
    return (toNanos - fromNanos) / 1_000_000;
  }

  private void fail(Throwable cause) {
    List<Generation> all = new ArrayList<>(inbox.fail(cause));
    running.forEach(sequence -> all.add(sequence.generation));
    all.addAll(waiting.all());
    for (Generation generation : all) {
      if (generation.outcome().isEmpty()) {
        end(generation, new Failed(Fault.INTERNAL, "the engine has failed: " + cause), 0, 0);
      }
    }
    listener.progressed();
  }
}
