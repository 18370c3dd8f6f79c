package dev.dolly.inference;

/**
 * Where a job without a checkpoint to restore begins to read. A restored job goes on where its
 * checkpoint says, whatever this is.
 *
 * <p>The offsets that the consumer group committed are no choice: they are the reader's, ahead of
 * the answers by every request in flight, so a start from them would lose these silently.
 */
public enum StartingOffsets {
  /** The oldest prompt still there: none is lost, those answered before are answered again. */
  EARLIEST,
  /** Only prompts that come from now on: none is answered twice, those that wait are left out. */
  LATEST
}
