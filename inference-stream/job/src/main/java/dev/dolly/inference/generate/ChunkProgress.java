package dev.dolly.inference.generate;

/**
 * How much of an answer has gone out in chunks.
 *
 * @param index of the next chunk
 * @param length of the text that went out, in UTF-16 units
 * @param hash of that text, as {@link String#hashCode()} defines it: tells after a restore whether
 *     the text in hand goes on where the chunks stopped
 */
record ChunkProgress(int index, int length, int hash) {
  static final ChunkProgress NONE = new ChunkProgress(0, 0, 0);

  /** Whether the text begins with what went out. */
  boolean startsOff(String text) {
    return text.length() >= length && text.substring(0, length).hashCode() == hash;
  }

  /** After the whole of the text has gone out. */
  ChunkProgress upTo(String text) {
    return new ChunkProgress(index + 1, text.length(), text.hashCode());
  }
}
