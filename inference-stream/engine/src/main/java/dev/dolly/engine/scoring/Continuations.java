package dev.dolly.engine.scoring;

import dev.dolly.engine.text.PythonSpace;
import dev.dolly.engine.text.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Texts as EleutherAI's lm-evaluation-harness makes ids of them for Hugging Face models: white
 * space at a context's end moves to the continuation, both are encoded together, what does not fit
 * the window is cut off at the left. A context of nothing but white space counts as empty (the
 * harness cannot score it). Thread safe.
 *
 * @param window of the model, tokens
 */
public record Continuations(Tokenizer tokenizer, int window) {

  /**
   * A continuation after its context.
   *
   * @throws IllegalArgumentException for a continuation without tokens, or with more than the
   *     window holds
   */
  public TokenSequence encode(String context, String continuation) {
    int[] before;
    int[] targets;
    String stripped = PythonSpace.stripTrailing(context);
    String moved = context.substring(stripped.length()) + continuation;
    if (stripped.isEmpty()) {
      OptionalInt prefix = tokenizer.prefixId();
      before =
          new int[] {
            prefix.orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the context is empty, and the tokenizer has no begin or end token"))
          };
      targets = tokenizer.encode(moved);
    } else {
      before = tokenizer.encode(stripped);
      int[] whole = tokenizer.encode(stripped + moved);
      targets = Arrays.copyOfRange(whole, Math.min(before.length, whole.length), whole.length);
    }
    if (targets.length == 0) {
      throw new IllegalArgumentException("the continuation has no tokens of its own");
    }
    if (targets.length > window) {
      throw new IllegalArgumentException(
          "the continuation has %d tokens; the model's window is %d"
              .formatted(targets.length, window));
    }
    int[] whole = Arrays.copyOf(before, before.length + targets.length);
    System.arraycopy(targets, 0, whole, before.length, targets.length);
    int from = Math.max(0, whole.length - (window + 1));
    int[] ids = Arrays.copyOfRange(whole, from, whole.length);
    return new TokenSequence(ids, ids.length - targets.length);
  }
}
