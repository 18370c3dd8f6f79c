package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What one subtask has handed to the exactly-once sink and does not know to be committed, a promise
 * for each checkpoint. Task thread only.
 */
public final class Promises {
  private final Clock clock;
  private final List<Promise> open = new ArrayList<>();
  private List<PromptPosition> answered = new ArrayList<>();
  private long since;

  public Promises(Clock clock) {
    this.clock = clock;
    this.since = clock.millis();
  }

  /** Those of a checkpoint stay open until the next is complete: another restore asks again. */
  public void restore(Collection<Promise> promises) {
    open.addAll(promises);
  }

  /** A response or dead letter of this prompt was handed to the sink. */
  public void answered(PromptPosition prompt) {
    answered.add(prompt);
  }

  /**
   * All that is open, with what was answered since the last snapshot. A checkpoint that is never
   * completed leaves its transaction to the next that is, so its promise stays as well.
   */
  public List<Promise> snapshot(long checkpoint) {
    long now = clock.millis();
    if (!answered.isEmpty()) {
      open.add(new Promise(checkpoint, since, now, answered));
      answered = new ArrayList<>();
    }
    since = now;
    return List.copyOf(open);
  }

  /**
   * Those that this checkpoint's completion redeems; they are open no longer. The sink, later in
   * the chain, got the same notice before and has committed, or failed the task.
   */
  public List<Promise> completed(long checkpoint) {
    List<Promise> redeemed =
        open.stream().filter(promise -> promise.checkpoint() <= checkpoint).toList();
    open.removeAll(redeemed);
    return redeemed;
  }
}
