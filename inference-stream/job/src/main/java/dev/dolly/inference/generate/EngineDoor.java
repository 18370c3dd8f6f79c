package dev.dolly.inference.generate;

import dev.dolly.inference.quarantine.Quarantine;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import javax.annotation.Nullable;

/**
 * Where requests enter the engine: at once, as long as none of them is suspected of having killed a
 * process. Suspects go in one at a time and before everything else; the next follows when the one
 * on trial has gained a token or left. So if the process dies again, it is known by whom.
 *
 * <p>Requests outside the door are in flight like all others: they are in the state, hold their
 * place at the gate, and end there when they are cancelled or their deadline passes.
 */
final class EngineDoor {
  private final Quarantine quarantine;
  private final Clock clock;
  private final Set<RunningRequest> outside = new LinkedHashSet<>();
  private @Nullable RunningRequest onTrial;

  EngineDoor(Quarantine quarantine, Clock clock) {
    this.quarantine = quarantine;
    this.clock = clock;
  }

  /** Takes a request; {@link #letIn} submits it. */
  void add(RunningRequest request) {
    outside.add(request);
  }

  /** Submits whatever may go in now. Never waits. */
  void letIn() {
    if (onTrial != null && !onTrial.suspicion().isSuspect()) {
      endTrial();
    }
    if (outside.isEmpty() || onTrial != null) {
      return;
    }
    Optional<RunningRequest> suspect =
        outside.stream()
            .filter(each -> each.suspicion().isSuspect() && !each.isCancelled())
            .findFirst();
    if (suspect.isEmpty()) {
      // A suspect that is cancelled ends where it is.
      outside.stream().filter(each -> !each.suspicion().isSuspect()).toList().forEach(this::submit);
    } else if (quarantine.beginTrial()) {
      onTrial = suspect.get();
      submit(onTrial);
    }
    noteThoseOutside();
  }

  private void submit(RunningRequest request) {
    outside.remove(request);
    quarantine.inEngine(request.marked(), request.suspicion());
    request.enter(request.resident.batcher().submit(request.request), clock.millis());
    if (request.isCancelled()) {
      cancel(request);
    }
  }

  /** No death counts against them from here on, and those that did count are kept. */
  private void noteThoseOutside() {
    for (RunningRequest request : outside) {
      if (request.noteOutside()) {
        quarantine.outside(request.marked(), request.suspicion());
      }
    }
  }

  /** Tells the engine, if it has the request. */
  void cancel(RunningRequest request) {
    request.generation().ifPresent(request.resident.batcher()::cancel);
  }

  /** Looks whether a request got further than ever before. */
  void observe(RunningRequest request) {
    if (request.gained()) {
      quarantine.inEngine(request.marked(), request.suspicion());
    }
  }

  /** The request has an outcome. */
  void left(RunningRequest request) {
    outside.remove(request);
    quarantine.left(request.marked());
    if (request == onTrial) {
      endTrial();
    }
  }

  private void endTrial() {
    onTrial = null;
    quarantine.endTrial();
  }

  /** Whether requests wait outside. */
  boolean holdsBack() {
    return !outside.isEmpty();
  }

  /** How many do. */
  int outside() {
    return outside.size();
  }
}
