package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one subtask has handed to the exactly-once sink and does not know to be committed, a promise
 * for each checkpoint. Task thread only.
 */
public final class Promises {
  private final Clock clock;
  private final Map<Promise, Standing> open = new LinkedHashMap<>();
  private List<PromptPosition> answered = new ArrayList<>();
  private long since;

  /** What is known of a promise that is open. */
  private enum Standing {
    /** Nothing; its checkpoint may still be under way. */
    MADE,
    /** Its checkpoint is complete, and somebody finds out whether it was kept. */
    IN_QUESTION,
    /** It was found out when this incarnation began. */
    FOUND_OUT
  }

  public Promises(Clock clock) {
    this.clock = clock;
    this.since = clock.millis();
  }

  /**
   * Promises of which is known what became of them. They stay open until a newer checkpoint is
   * complete: another restore asks again.
   */
  public void restore(Collection<Promise> promises) {
    promises.forEach(promise -> open.put(promise, Standing.FOUND_OUT));
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
      open.put(new Promise(checkpoint, since, now, answered), Standing.MADE);
      answered = new ArrayList<>();
    }
    since = now;
    return List.copyOf(open.keySet());
  }

  /**
   * Those that this checkpoint's completion redeems and nobody was told of yet. The sink, later in
   * the chain, got the same notice before and has committed, or failed the task. They stay open
   * until they are {@linkplain #settled settled}.
   */
  public List<Promise> completed(long checkpoint) {
    List<Promise> redeemed = new ArrayList<>();
    open.entrySet()
        .removeIf(
            each -> {
              boolean due = each.getKey().checkpoint() <= checkpoint;
              if (due && each.getValue() == Standing.MADE) {
                redeemed.add(each.getKey());
                each.setValue(Standing.IN_QUESTION);
              }
              return due && each.getValue() == Standing.FOUND_OUT;
            });
    return redeemed;
  }

  /** It is known of these what became of them: they are open no longer. */
  public void settled(Collection<Promise> promises) {
    open.keySet().removeAll(promises);
  }
}
