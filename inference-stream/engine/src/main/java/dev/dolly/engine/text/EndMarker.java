package dev.dolly.engine.text;

/**
 * Finds {@code #+\s*End} in text that comes a character at a time: the end of an answer where the
 * tokenizer has no control token for it. Finds what Python's {@code re.search} would, the leftmost.
 */
final class EndMarker {
  private static final String WORD = "End";

  private enum State {
    /** Nothing that could become the marker. */
    OUTSIDE,
    HASHES,
    SPACE,
    /** Within the word. */
    WORD,
    FOUND
  }

  private State state = State.OUTSIDE;
  private int start;
  private int matched;

  /**
   * Takes the character at this index; indexes rise by one. After the marker was found the rest is
   * ignored.
   */
  void accept(char c, int index) {
    if (state == State.FOUND) {
      return;
    }
    if (c == '#') {
      if (state != State.HASHES) {
        start = index;
      }
      state = State.HASHES;
    } else if (PythonSpace.isSpace(c) && (state == State.HASHES || state == State.SPACE)) {
      state = State.SPACE;
    } else if (c == WORD.charAt(0) && (state == State.HASHES || state == State.SPACE)) {
      state = State.WORD;
      matched = 1;
    } else if (state == State.WORD && c == WORD.charAt(matched)) {
      matched++;
      if (matched == WORD.length()) {
        state = State.FOUND;
      }
    } else {
      state = State.OUTSIDE;
    }
  }

  boolean found() {
    return state == State.FOUND;
  }

  /** Where the marker, or what may yet become one, begins; otherwise {@code length}. */
  int start(int length) {
    return state == State.OUTSIDE ? length : start;
  }
}
