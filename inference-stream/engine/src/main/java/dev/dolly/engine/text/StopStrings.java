package dev.dolly.engine.text;

import java.util.List;

/**
 * Finds the first of several strings in text that grows: where an answer ends before its own end.
 * The leftmost occurrence counts, also across token boundaries; the string itself is left out.
 */
final class StopStrings {
  private final List<String> stops;
  private int found = -1;

  /**
   * @param stops none of them empty
   */
  StopStrings(List<String> stops) {
    if (stops.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("an empty stop string would end every answer at once");
    }
    this.stops = List.copyOf(stops);
  }

  /** Looks at the text's new end: everything before {@code seen} was there at the last call. */
  void accept(CharSequence text, int seen) {
    if (found >= 0) {
      return;
    }
    for (String stop : stops) {
      int at = indexOf(text, stop, Math.max(0, seen - stop.length() + 1));
      if (at >= 0 && (found < 0 || at < found)) {
        found = at;
      }
    }
  }

  boolean found() {
    return found >= 0;
  }

  /** Where a stop string, or what may yet become one, begins; otherwise the text's length. */
  int start(CharSequence text) {
    if (found >= 0) {
      return found;
    }
    int start = text.length();
    for (String stop : stops) {
      int from = Math.max(0, text.length() - stop.length() + 1);
      for (int at = from; at < start; at++) {
        if (startsWith(stop, text, at)) {
          start = at;
        }
      }
    }
    return start;
  }

  private static int indexOf(CharSequence text, String stop, int from) {
    for (int at = from; at + stop.length() <= text.length(); at++) {
      if (startsWith(stop, text, at)) {
        return at;
      }
    }
    return -1;
  }

  /** Whether the text from there on, as far as it goes, is how the stop string begins. */
  private static boolean startsWith(String stop, CharSequence text, int at) {
    int length = Math.min(stop.length(), text.length() - at);
    for (int i = 0; i < length; i++) {
      if (stop.charAt(i) != text.charAt(at + i)) {
        return false;
      }
    }
    return true;
  }
}
