package dev.dolly.client;

import dev.dolly.schemas.avro.ResponseChunk;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer as its chunks come in, in any order and more than once. An answer that was interrupted
 * goes on under a higher attempt, and a chunk of a higher attempt at index i voids all lower
 * attempts' chunks from i on. Not thread safe.
 */
public final class ChunkedAnswer {
  private record Chunk(long attempt, String text, boolean last) {}

  private final TreeMap<Integer, Chunk> chunks = new TreeMap<>();

  /** Takes a chunk. */
  public void add(ResponseChunk chunk) {
    long attempt = chunk.getAttempt();
    int index = chunk.getIndex();
    boolean voided =
        chunks.headMap(index, true).values().stream().anyMatch(c -> c.attempt() > attempt);
    if (voided) {
      return;
    }
    chunks.tailMap(index, true).values().removeIf(c -> c.attempt() < attempt);
    chunks.put(index, new Chunk(attempt, chunk.getText(), chunk.getLast()));
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

  /** Whether no chunk is missing: they reach without a gap to one that says that it is the last. */
  public boolean isWhole() {
    return !chunks.isEmpty()
        && chunks.lastKey() == chunks.size() - 1
        && chunks.lastEntry().getValue().last();
  }
}
