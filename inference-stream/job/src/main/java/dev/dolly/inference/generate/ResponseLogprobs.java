package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.schemas.avro.TokenLogprob;
import dev.dolly.schemas.avro.TopLogprob;
import java.util.ArrayList;
import java.util.List;

/** The log-probabilities of an answer as its response shows them: texts in place of ids. */
public final class ResponseLogprobs {
  private final Tokenizer tokenizer;

  public ResponseLogprobs(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * One entry a token, in order.
   *
   * @param generated with log-probabilities
   */
  public List<TokenLogprob> of(Generated generated) {
    int[] ids = generated.ids();
    List<TokenLogprob> all = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      dev.dolly.engine.batch.TokenLogprob logprob = generated.logprobs().get(i);
      all.add(new TokenLogprob(text(ids[i]), logprob.logprob(), top(logprob)));
    }
    return all;
  }

  private List<TopLogprob> top(dev.dolly.engine.batch.TokenLogprob logprob) {
    int[] ids = logprob.topIds();
    double[] logprobs = logprob.topLogprobs();
    List<TopLogprob> top = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      top.add(new TopLogprob(text(ids[i]), logprobs[i]));
    }
    return top;
  }

  /** Special tokens by their names; half a character shows as U+FFFD. */
  private String text(int id) {
    return tokenizer.decode(new int[] {id}, false);
  }
}
