package dev.dolly.chaos;

import dev.dolly.inference.InferenceJob;
import dev.dolly.local.LocalStack;
import dev.dolly.local.Part;
import dev.dolly.local.StackAddress;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.watch.FlinkRest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;

/**
 * Sends a load to a stack on new data, kills its processes meanwhile, waits until all is answered,
 * and counts. Used once, on one thread. The stack stays the caller's.
 */
public final class ChaosRun {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final Duration HEAP = Duration.ofMinutes(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Prompts handed over between two looks at what else is to be done. */
  private static final int BURST = 200;

  /** Fewer prompts than this without outcome do not keep a model busy. */
  private static final int BUSY = 32;

  /** Whatever was committed late or twice is there when so many more checkpoints are complete. */
  private static final int SETTLED = 3;

  private static final Duration SETTLE = Duration.ofSeconds(60);

  private final LocalStack stack;
  private final ChaosSettings settings;
  private final Clock clock;
  private final ChaosListener listener;
  private final Load load;
  private final Ledger ledger = new Ledger();
  private final StackAddress address;
  private final PatientRegistry registry;
  private final CheckpointLog checkpoints;
  private final MemoryLog memory;
  private final Tormentor tormentor;

  private long startNanos;
  private int sent;
  private Duration lastOutcome = Duration.ZERO;
  private Duration lastBusy = Duration.ZERO;
  private Duration nextLook = Duration.ZERO;
  private Duration nextHeap = Duration.ZERO;

  /**
   * @param window tokens that the stack's model can look at
   * @param clock for deadlines and the times of answers, which the stack's clock must agree with
   */
  public ChaosRun(
      LocalStack stack, ChaosSettings settings, int window, Clock clock, ChaosListener listener) {
    this.stack = stack;
    this.settings = settings;
    this.clock = clock;
    this.listener = listener;
    load = new Load(settings.seed(), window);
    address = stack.address();
    registry = new PatientRegistry(SchemaRegistries.connect(address.registry()));
    stack.onFailure(registry::stopWaiting); // it will not come back
    checkpoints = new CheckpointLog(new FlinkRest(address.flink()), InferenceJob.NAME);
    memory = new MemoryLog(settings.warmUp());
    tormentor = new Tormentor(this::kill, KillSchedule.of(settings.seed(), settings.kills()));
  }

  /**
   * Runs to the end.
   *
   * @throws dev.dolly.local.StackException when a part of the stack has failed for good
   */
  public ChaosReport run() throws InterruptedException {
    try {
      return sendAndCount();
    } catch (KafkaException e) {
      stack.check(); // a part that has failed for good says more
      throw e;
    }
  }

  private ChaosReport sendAndCount() throws InterruptedException {
    startNanos = System.nanoTime();
    long startedAt = clock.millis();
    int outcomes;
    try (Outcomes committed = new Outcomes(address.bootstrap());
        LoadProducer producer =
            new LoadProducer(
                address.bootstrap(), new RecordSerde<>(TopicCatalogue.PROMPTS, registry))) {
      torment(producer, committed);
      outcomes = committed.size();
    }
    Duration duration = lastOutcome;
    if (outcomes < sent) {
      listener.said(
          "No outcome for %d s with %d to come; counting what there is."
              .formatted(settings.patience().toSeconds(), sent - outcomes));
    }
    List<String> faults = settle();
    lookAround(true);
    listener.said("Counting " + sent + " prompts.");
    new LedgerReader(address.bootstrap(), registry).readInto(ledger);
    return report(ledger.count(), faults, startedAt, duration);
  }

  private void torment(LoadProducer producer, Outcomes outcomes) throws InterruptedException {
    while (true) {
      stack.check();
      send(producer, outcomes);
      boolean any = outcomes.poll(POLL);
      Duration now = now();
      if (any) {
        lastOutcome = now;
        tormentor.answered(now);
      }
      if (sent - outcomes.size() >= BUSY) {
        lastBusy = now;
      }
      tormentor.act(settings.progress(outcomes.size(), now), now).ifPresent(listener::killed);
      lookAround(false);
      listener.progressed(sent, outcomes.size());
      boolean all = outcomes.size() >= sent && settings.allSent(sent, now);
      if (all && tormentor.isDone()) {
        return;
      }
      if (outcomes.size() < sent && now.minus(lastOutcome).compareTo(settings.patience()) > 0) {
        return;
      }
    }
  }

  private boolean kill(Part part) {
    // A part that died already and is on its way back is nothing to kill.
    if (ProcessHandle.of(stack.pid(part)).isEmpty()) {
      return false;
    }
    stack.kill(part);
    return true;
  }

  private void send(LoadProducer producer, Outcomes outcomes) {
    int allowed = settings.allowed(outcomes.size(), sent, now(), !tormentor.isDone());
    for (int burst = 0; sent < allowed && burst < BURST; burst++) {
      if (sent == outcomes.size()) {
        lastOutcome = now(); // nothing was to come until now
      }
      LoadPrompt prompt = load.prompt(sent);
      ledger.sent(prompt.id(), prompt.expected());
      producer.send(prompt, clock.millis());
      sent++;
    }
  }

  /**
   * Lets what may still be under way be committed, so that a second outcome is not overlooked.
   *
   * @return what did not come to rest, a line each
   */
  private List<String> settle() throws InterruptedException {
    List<String> faults = List.of();
    long enough = Long.MAX_VALUE;
    Duration end = now().plus(SETTLE);
    try (OpenTransactions transactions = new OpenTransactions(address.bootstrap())) {
      while (now().compareTo(end) < 0) {
        stack.check();
        long completed = checkpoints.look();
        faults = new ArrayList<>();
        if (completed < enough) {
          faults.add("the job completed too few checkpoints after the last outcome");
        }
        faults.addAll(transactions.look());
        if (faults.isEmpty()) {
          return faults;
        }
        if (completed > 0 && enough == Long.MAX_VALUE) {
          enough = completed + SETTLED;
        }
        TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
      }
    }
    return faults;
  }

  private void lookAround(boolean last) throws InterruptedException {
    Duration now = now();
    if (!last && now.compareTo(nextLook) < 0) {
      return;
    }
    nextLook = now.plus(LOOK);
    checkpoints.look();
    long pid = stack.pid(Part.JOBS);
    ProcessMemory.resident(pid).ifPresent(bytes -> memory.resident(now, pid, bytes));
    // Behind the other: a collection may hand memory back.
    if (last || now.compareTo(nextHeap) >= 0) {
      nextHeap = now.plus(HEAP);
      ProcessMemory.heapAfterCollection(pid).ifPresent(memory::heap);
    }
  }

  private ChaosReport report(Count count, List<String> faults, long startedAt, Duration duration) {
    long from = startedAt / 1000;
    long first = from + settings.warmUp().toSeconds();
    long end = from + lastBusy.toSeconds();
    boolean twoMinutes = end - first >= 2 * MINUTE.toSeconds();
    return new ChaosReport(
        count,
        faults,
        tormentor.kills(),
        checkpoints.figures(),
        memory.figures(),
        duration,
        count.tokensBetween(0, Long.MAX_VALUE) / Math.max(0.001, duration.toMillis() / 1000.0),
        twoMinutes ? minute(count, first) : OptionalDouble.empty(),
        twoMinutes ? minute(count, end - MINUTE.toSeconds()) : OptionalDouble.empty());
  }

  private static OptionalDouble minute(Count count, long second) {
    return OptionalDouble.of(
        (double) count.tokensBetween(second, second + MINUTE.toSeconds()) / MINUTE.toSeconds());
  }

  private Duration now() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }
}
