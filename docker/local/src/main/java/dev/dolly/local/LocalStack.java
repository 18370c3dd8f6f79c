package dev.dolly.local;

import dev.dolly.local.process.ChildLauncher;
import dev.dolly.local.process.CrashReports;
import dev.dolly.local.process.Supervisor;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Broker, registry, jobs and the promotion gate, each in a child process that this one keeps
 * running: from {@link #start} on, prompts are answered. A child that a signal ends is started
 * again on the same ports, and the jobs go on from their newest checkpoint; the children end with
 * this process, however it ends. Methods may be called from any thread.
 */
public final class LocalStack implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);
  private static final Duration START = Duration.ofMinutes(2);

  /** In which they are stopped: those first that use the others. */
  private static final List<Part> STOP_ORDER =
      List.of(Part.GATE, Part.JOBS, Part.REGISTRY, Part.BROKER);

  private final DataDirectory data;
  private final Consumer<String> progress;
  private final DataDirectory.Claim claim;
  private final Map<Part, Supervisor> parts = new EnumMap<>(Part.class);

  /** The first failure for good. */
  private final CompletableFuture<StackException> failure = new CompletableFuture<>();

  private StackAddress address;

  private LocalStack(DataDirectory data, Consumer<String> progress) {
    this.data = data;
    this.progress = progress;
    this.claim = data.claim();
  }

  /**
   * Starts a stack; what lies on its data directory goes on, unanswered prompts too.
   *
   * @param progress hears, on any thread, what has come up, and later what died and runs again
   * @throws StackException when a part does not start; all others are stopped again
   */
  public static LocalStack start(StackSettings settings, Consumer<String> progress)
      throws InterruptedException {
    return start(
        settings,
        settings.gate().isPresent() ? EnumSet.allOf(Part.class) : Part.ofAnswers(),
        progress);
  }

  /** As above, some of the parts; broker and registry among them. */
  public static LocalStack start(StackSettings settings, Set<Part> parts, Consumer<String> progress)
      throws InterruptedException {
    LocalStack stack = new LocalStack(settings.data(), progress);
    try {
      stack.start(settings, parts);
      return stack;
    } catch (RuntimeException | InterruptedException e) {
      stack.close();
      throw e;
    }
  }

  /** Tells other processes, through the data directory, where this stack is. */
  public void announce() {
    claim.announce(address());
  }

  /** Where everything is, as long as the stack runs. */
  public StackAddress address() {
    return address;
  }

  /** Kills the part's process (SIGKILL); it is started again. */
  public void kill(Part part) {
    parts.get(part).kill();
  }

  /** Process id of the part; while it is started again, of the process that has ended. */
  public long pid(Part part) {
    return parts.get(part).pid();
  }

  /** How often the part was started: once, and once more for each time that it died. */
  public int starts(Part part) {
    return parts.get(part).starts();
  }

  /**
   * Returns when a part has failed beyond recovery, by throwing.
   *
   * @throws StackException that names the part
   */
  public void awaitFailure() throws InterruptedException {
    try {
      failure.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it is never completed with an exception
    }
    check();
  }

  /**
   * Has something done once, on any thread, when a part has failed for good: for whoever waits for
   * that part.
   */
  public void onFailure(Runnable action) {
    failure.thenRun(action);
  }

  /**
   * Returns while all parts run, or are started again.
   *
   * @throws StackException that names the part that has failed for good
   */
  public void check() {
    if (failure.isDone()) {
      StackException first = failure.join();
      throw new StackException(first.getMessage(), first);
    }
  }

  private void start(StackSettings settings, Set<Part> wanted) throws InterruptedException {
    LOG.info("starting on {}", data.root());
    Ports ports = settings.ports().choose();
    address = ports.address();
    PartCommands commands = new PartCommands(settings, ports);
    ChildLauncher launcher =
        new ChildLauncher(data.childrenLock(), data.logs(), new CrashReports(data.crashes()));
    for (Part part : wanted) {
      parts.put(part, new Supervisor(commands.of(part), launcher, part.grace(), new Supervision()));
    }
    List<CompletableFuture<Void>> ready = new ArrayList<>();
    for (Part part : parts.keySet()) {
      if (part != Part.GATE) {
        Supervisor supervisor = parts.get(part);
        supervisor.failure().thenAccept(failure::complete);
        ready.add(supervisor.ready());
        supervisor.start();
      }
    }
    await(
        CompletableFuture.allOf(parts.get(Part.BROKER).ready(), parts.get(Part.REGISTRY).ready())
            .orTimeout(START.toMillis(), TimeUnit.MILLISECONDS));
    // A large model may take its time: as long as the process lives and says nothing else.
    await(CompletableFuture.allOf(ready.toArray(CompletableFuture<?>[]::new)));
    if (parts.containsKey(Part.GATE)) {
      startGate(parts.get(Part.GATE));
    }
  }

  /** When the others run, and nobody waits for it; answers go on without it, too. */
  private void startGate(Supervisor gate) {
    gate.failure()
        .thenAccept(
            e ->
                progress.accept(
                    "there is no gate any more, candidates wait for the next: " + e.getMessage()));
    gate.start();
  }

  private void await(CompletableFuture<Void> ready) throws InterruptedException {
    try {
      CompletableFuture.anyOf(ready, failure).get();
    } catch (ExecutionException e) {
      throw new StackException( // it has a limit; nothing else ends it with an exception
          "the stack is not ready after "
              + START.toSeconds()
              + " s; its logs are in "
              + data.logs(),
          e);
    }
    check();
  }

  /** Tells what becomes of the parts. */
  private final class Supervision implements Supervisor.Listener {
    @Override
    public void launched() {
      Map<Part, Long> pids = new EnumMap<>(Part.class);
      synchronized (parts) {
        parts.forEach((part, supervisor) -> pids.put(part, supervisor.pid()));
        pids.values().removeIf(pid -> pid < 0);
        try {
          claim.announce(pids);
        } catch (UncheckedIOException e) {
          LOG.warn("cannot write down the process ids", e);
        }
      }
    }

    @Override
    public void progress(String line) {
      progress.accept(line);
    }
  }

  /**
   * Stops everything in order, also where the caller was interrupted; what is unanswered goes on
   * with the next start.
   */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    for (Part part : STOP_ORDER) {
      Supervisor supervisor = parts.get(part);
      if (supervisor != null) {
        supervisor.close();
      }
    }
    claim.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
