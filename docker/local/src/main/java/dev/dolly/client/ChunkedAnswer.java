package dev.dolly.client;

import java.util.Map;
import java.util.TreeMap;

/**
 * An answer as its chunks come in, in any order and more than once. An answer that was interrupted
 * goes on under a higher attempt, and a chunk of a higher attempt at index i voids all lower
 * attempts' chunks from i on. Not thread safe.
 */
public final class ChunkedAnswer {
  private record Chunk(long attempt, String text) {}

  private final TreeMap<Integer, Chunk> chunks = new TreeMap<>();

  /**
   * Takes a chunk.
   *
   * @param attempt of the incarnation that wrote it
   * @param index its place in the answer, from 0
   */
  public void add(long attempt, int index, String text) {
    boolean voided =
        chunks.headMap(index, true).values().stream().anyMatch(c -> c.attempt() > attempt);
    if (voided) {
      return;
    }
    chunks.tailMap(index, true).values().removeIf(c -> c.attempt() < attempt);
    chunks.put(index, new Chunk(attempt, text));
  }

  /** The valid chunks laid end to end, as far as they reach without a gap. */
  public String text() {
    StringBuilder text = new StringBuilder();
    int next = 0;
    for (Map.Entry<Integer, Chunk> chunk : chunks.entrySet()) {
      if (chunk.getKey() != next++) {
        break;
      }
      text.append(chunk.getValue().text());
    }
    return text.toString();
  }
}
