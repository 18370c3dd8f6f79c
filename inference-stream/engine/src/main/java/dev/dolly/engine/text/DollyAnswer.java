package dev.dolly.engine.text;

import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.FinishReason;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The text between {@code ### Response:} and the end: decoded without special tokens, stripped as
 * Python strips. Taking an id costs its own bytes; {@link #stable()} copies the text when it has
 * grown.
 */
final class DollyAnswer implements Answer {
  private final Tokenizer tokenizer;

  /** The id of {@code ### End}; empty: the end is looked for in the text. */
  private final OptionalInt endId;

  private final Utf8Stream stream = new Utf8Stream();
  private final EndMarker marker = new EndMarker();
  private final StopStrings stops;

  /** Where the text was ended, by a stop string or the marker; −1 before that. */
  private int cut = -1;

  private String stable = "";
  private int stableLimit;

  DollyAnswer(Tokenizer tokenizer, OptionalInt endId, StopStrings stops) {
    this.tokenizer = tokenizer;
    this.endId = endId;
    this.stops = stops;
  }

  @Override
  public Optional<FinishReason> accept(int id) {
    if (endId.isPresent() && endId.getAsInt() == id) {
      return Optional.of(FinishReason.END);
    }
    if (tokenizer.eosIds().contains(id)) {
      return Optional.of(FinishReason.EOS);
    }
    if (tokenizer.isSpecial(id)) {
      return Optional.empty();
    }
    int seen = stream.length();
    stream.feed(tokenizer.bytes(id));
    if (endId.isEmpty()) {
      for (int i = seen; i < stream.length(); i++) {
        marker.accept(stream.text().charAt(i), i);
      }
    }
    stops.accept(stream.text(), seen);
    boolean marked = marker.found();
    if (stops.found() && !(marked && marker.start(stream.length()) <= stops.start(stream.text()))) {
      cut = stops.start(stream.text());
      return Optional.of(FinishReason.STOP);
    }
    if (marked) {
      cut = marker.start(stream.length());
      return Optional.of(FinishReason.END);
    }
    return Optional.empty();
  }

  @Override
  public String stable() {
    int limit =
        cut >= 0 ? cut : Math.min(marker.start(stream.length()), stops.start(stream.text()));
    if (limit != stableLimit) {
      stable = PythonSpace.strip(stream.text(), limit);
      stableLimit = limit;
    }
    return stable;
  }

  @Override
  public String complete() {
    if (cut >= 0) {
      return stable();
    }
    String whole = stream.text() + stream.tail();
    return PythonSpace.strip(whole, whole.length());
  }
}
