package dev.dolly.inference.source;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;

/** Polls the inner reader only while the gate is open. Task thread only. */
@SuppressWarnings("try") // close() throws what SourceReader's does
final class GatedReader<T, S extends SourceSplit> implements SourceReader<T, S> {
  private final SourceReader<T, S> inner;
  private @Nullable Gate gate;
  private @Nullable PermitOutput<T> output;
  private boolean ended;

  GatedReader(SourceReader<T, S> inner) {
    this.inner = inner;
  }

  @Override
  public InputStatus pollNext(ReaderOutput<T> target) throws Exception {
    Gate gate = gate();
    if (!ended) {
      if (!gate.isOpen()) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      if (output == null || output.target() != target) {
        output = new PermitOutput<>(target, gate);
      }
      InputStatus status = inner.pollNext(output);
      if (status != InputStatus.END_OF_INPUT) {
        return status == InputStatus.MORE_AVAILABLE && !gate.isOpen()
            ? InputStatus.NOTHING_AVAILABLE
            : status;
      }
      ended = true;
    }
    // The inner reader is not polled again. Until the operator is empty this input has not ended:
    // Flink takes no checkpoints while a task finishes, and none of the answers would be committed.
    return gate.isDrained() ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    Gate gate = gate();
    if (ended) {
      return gate.whenDrained();
    }
    return gate.isOpen() ? inner.isAvailable() : gate.whenOpen();
  }

  /** Looked up at the first use: the operator installs it when it opens, after this was made. */
  private Gate gate() {
    if (gate == null) {
      gate = Gate.ofThisTask();
    }
    return gate;
  }

  @Override
  public void start() {
    inner.start();
  }

  @Override
  public List<S> snapshotState(long checkpointId) {
    return inner.snapshotState(checkpointId);
  }

  @Override
  public void addSplits(List<S> splits) {
    inner.addSplits(splits);
  }

  @Override
  public void notifyNoMoreSplits() {
    inner.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    inner.handleSourceEvents(event);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    inner.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    inner.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void pauseOrResumeSplits(
      Collection<String> splitsToPause, Collection<String> splitsToResume) {
    inner.pauseOrResumeSplits(splitsToPause, splitsToResume);
  }

  @Override
  public void close() throws Exception {
    inner.close();
  }
}
