package dev.dolly.engine.text;

import dev.dolly.engine.batch.Answer;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Dolly's prompt:
 *
 * <pre>
 * Below is an instruction that describes a task. Write a response that appropriately completes the request.
 *
 * ### Instruction:
 * {instruction}
 *
 * Input:
 * {context}
 *
 * ### Response:
 * </pre>
 *
 * where the two {@code Input} lines and the blank line after them stand only where there is a
 * context.
 *
 * <p>Where the tokenizer knows the control tokens, they enter as ids, and what lies between them is
 * encoded with no control token recognised: a user who writes {@code ### Response:} gets ordinary
 * tokens. For ordinary text this gives the ids of Hugging Face on the whole prompt. Where it does
 * not know all three (base models, dolly-v1) the prompt is one text, and the answer ends at the
 * text {@code ### End}.
 *
 * <p>Thread safe; lives as long as its tokenizer.
 */
public final class PromptFormat {
  public static final String INTRO =
      "Below is an instruction that describes a task. "
          + "Write a response that appropriately completes the request.";
  public static final String INSTRUCTION_TOKEN = "### Instruction:";
  public static final String INPUT = "Input:";

  /** The newline is part of the token. */
  public static final String RESPONSE_TOKEN = "### Response:\n";

  public static final String END_TOKEN = "### End";

  private final Tokenizer tokenizer;
  private final int enough;
  private final int[] intro;
  private final OptionalInt instructionId;
  private final OptionalInt responseId;
  private final OptionalInt endId;

  /** Of prompts of any length. */
  public PromptFormat(Tokenizer tokenizer) {
    this(tokenizer, Integer.MAX_VALUE);
  }

  /**
   * @param enough of a prompt that has as many tokens, {@link #encode} may leave out the rest
   */
  public PromptFormat(Tokenizer tokenizer, int enough) {
    this.tokenizer = tokenizer;
    this.enough = enough;
    this.intro = tokenizer.encodePlain(INTRO + "\n\n");
    OptionalInt instruction = tokenizer.specialId(INSTRUCTION_TOKEN);
    OptionalInt response = tokenizer.specialId(RESPONSE_TOKEN);
    OptionalInt end = tokenizer.specialId(END_TOKEN);
    boolean all = instruction.isPresent() && response.isPresent() && end.isPresent();
    this.instructionId = all ? instruction : OptionalInt.empty();
    this.responseId = all ? response : OptionalInt.empty();
    this.endId = all ? end : OptionalInt.empty();
  }

  /** Whether prompts are built around control ids. */
  public boolean hasControlTokens() {
    return endId.isPresent();
  }

  /**
   * The ids of a prompt, up to and including {@code ### Response:\n}; of one that is too long for
   * the model anyway perhaps not all of them, but more than it can take.
   *
   * @param context null or empty: none; white space alone counts as one
   */
  public int[] encode(String instruction, String context) {
    String body =
        context == null || context.isEmpty()
            ? "\n" + instruction + "\n\n"
            : "\n" + instruction + "\n\n" + INPUT + "\n" + context + "\n\n";
    if (!hasControlTokens()) {
      return tokenizer.encodePlain(
          INTRO + "\n\n" + INSTRUCTION_TOKEN + body + RESPONSE_TOKEN, enough);
    }
    return concatenate(
        intro,
        new int[] {instructionId.getAsInt()},
        tokenizer.encodePlain(body, enough),
        new int[] {responseId.getAsInt()});
  }

  /**
   * The ids that follow such a prompt in training: {@code {response}\n\n} and {@code ### End}; of a
   * response that is too long perhaps not all of them, as with a prompt.
   *
   * @throws IllegalStateException where there are no control tokens: see {@link ControlTokens}
   */
  public int[] encodeAnswer(String response) {
    if (!hasControlTokens()) {
      throw new IllegalStateException("the tokenizer has no token " + END_TOKEN);
    }
    return concatenate(
        tokenizer.encodePlain(response + "\n\n", enough), new int[] {endId.getAsInt()});
  }

  /** The text of one answer to such a prompt, as its ids come. */
  public Answer newAnswer() {
    return newAnswer(List.of());
  }

  /**
   * The same, ended also by the first of these strings that appears in it, which is left out.
   *
   * @param stops none of them empty
   */
  public Answer newAnswer(List<String> stops) {
    return new DollyAnswer(tokenizer, endId, new StopStrings(stops));
  }

  private static int[] concatenate(int[]... pieces) {
    return IntStream.range(0, pieces.length).flatMap(i -> IntStream.of(pieces[i])).toArray();
  }
}
