package dev.dolly.engine.example;

import dev.dolly.engine.text.PromptFormat;
import dev.dolly.engine.text.PythonSpace;
import dev.dolly.engine.text.Tokenizer;

/**
 * Records → examples: Dolly's prompt, the response and {@code ### End}; the labels are what follows
 * {@code ### Response:\n}. That token is an id here, never found in a text, so every example has it
 * once, and a record that spells it out changes nothing.
 *
 * <p>A record as long as the window or longer is left out: cut, it would lack its end. Thread safe.
 */
public final class ExampleBuilder {
  private final PromptFormat format;
  private final int window;

  /**
   * @param tokenizer with control tokens; stays the caller's
   * @param window tokens of an example at most, exclusive
   */
  public ExampleBuilder(Tokenizer tokenizer, int window) {
    this.format = new PromptFormat(tokenizer, window);
    this.window = window;
    if (!format.hasControlTokens()) {
      throw new IllegalArgumentException(
          "the tokenizer lacks " + PromptFormat.END_TOKEN + " or one of its companions");
    }
  }

  /**
   * What the record makes.
   *
   * @param context empty: none
   */
  public Built build(String id, String instruction, String context, String response) {
    if (isBlank(instruction)) {
      return bad(id, "an empty instruction");
    }
    if (isBlank(response)) {
      return bad(id, "an empty response");
    }
    int[] prompt = format.encode(instruction, context);
    int[] answer = format.encodeAnswer(response);
    int tokens = prompt.length + answer.length;
    if (tokens >= window) {
      return new Built.TooLong(id, tokens);
    }
    int[] ids = new int[tokens];
    System.arraycopy(prompt, 0, ids, 0, prompt.length);
    System.arraycopy(answer, 0, ids, prompt.length, answer.length);
    return new Built.Ready(new Example(id, ids, prompt.length));
  }

  private static Built bad(String id, String what) {
    return new Built.Bad(id, "record " + id + " has " + what + ": nothing to learn");
  }

  private static boolean isBlank(String text) {
    return PythonSpace.stripTrailing(text).isEmpty();
  }
}
