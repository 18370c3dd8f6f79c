package dev.dolly.engine.batch;

/**
 * The batcher's bounds.
 *
 * @param maxBatch sequences that run at once, at least 1
 * @param prefillChunk prompt tokens computed in one step beside the running sequences' one each, at
 *     least 1: bounds how long a long prompt holds up everybody's next token
 * @param cacheBytes memory for keys and values, in bytes; 0: 2 GiB, or what one window of the model
 *     takes if that is more
 * @param deterministic whether a request's numbers shall be equal to the bit in any company, at the
 *     price of computing all places of the batch at every step and each prompt chunk alone
 */
public record BatchSettings(
    int maxBatch, int prefillChunk, long cacheBytes, boolean deterministic) {
  public BatchSettings {
    if (maxBatch < 1) {
      throw new IllegalArgumentException("the batch must hold at least one: " + maxBatch);
    }
    if (prefillChunk < 1) {
      throw new IllegalArgumentException("a prefill chunk needs a token: " + prefillChunk);
    }
    if (cacheBytes < 0) {
      throw new IllegalArgumentException("the KV cache can't take " + cacheBytes + " bytes");
    }
  }

  /** 32 sequences, chunks of 256 tokens, the cache by the model, not deterministic. */
  public static BatchSettings defaults() {
    return new BatchSettings(32, 256, 0, false);
  }

  /** The cache's bytes for a model whose window takes so many. */
  long cacheBytesFor(long windowBytes) {
    return cacheBytes > 0 ? cacheBytes : Math.max(2L << 30, windowBytes);
  }

  public BatchSettings withMaxBatch(int sequences) {
    return new BatchSettings(sequences, prefillChunk, cacheBytes, deterministic);
  }

  public BatchSettings withPrefillChunk(int tokens) {
    return new BatchSettings(maxBatch, tokens, cacheBytes, deterministic);
  }

  public BatchSettings withCacheBytes(long bytes) {
    return new BatchSettings(maxBatch, prefillChunk, bytes, deterministic);
  }

  public BatchSettings withDeterministic(boolean on) {
    return new BatchSettings(maxBatch, prefillChunk, cacheBytes, on);
  }
}
