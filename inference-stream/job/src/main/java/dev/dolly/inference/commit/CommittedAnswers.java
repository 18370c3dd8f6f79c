package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import java.util.Set;

/** Where committed answers lie. */
public interface CommittedAnswers {
  /**
   * Those of the prompts that have no committed answer.
   *
   * @param since epoch ms before which none of them was written
   */
  Set<PromptPosition> missing(Set<PromptPosition> prompts, long since) throws InterruptedException;
}
