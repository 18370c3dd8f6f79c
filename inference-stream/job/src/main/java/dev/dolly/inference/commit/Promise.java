package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import java.util.List;

/**
 * The answers in one checkpoint's transaction.
 *
 * @param checkpoint whose completion commits it
 * @param since epoch ms from which they were written
 * @param until epoch ms of the snapshot
 * @param prompts that they answer
 */
public record Promise(long checkpoint, long since, long until, List<PromptPosition> prompts) {
  public Promise {
    prompts = List.copyOf(prompts);
  }
}
