package dev.dolly.inference.source;

import java.io.IOException;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Gives each reader what is pending for it and then tells it that no more will come. */
final class EndSignallingEnumerator<S extends SourceSplit, E> implements SplitEnumerator<S, E> {
  private final SplitEnumerator<S, E> inner;
  private final SplitEnumeratorContext<S> context;

  EndSignallingEnumerator(SplitEnumerator<S, E> inner, SplitEnumeratorContext<S> context) {
    this.inner = inner;
    this.context = context;
  }

  @Override
  public void addReader(int subtaskId) {
    inner.addReader(subtaskId);
    context.signalNoMoreSplits(subtaskId);
  }

  @Override
  public void start() {
    inner.start();
  }

  @Override
  public void handleSplitRequest(int subtaskId, @Nullable String requesterHostname) {
    inner.handleSplitRequest(subtaskId, requesterHostname);
  }

  @Override
  public void addSplitsBack(List<S> splits, int subtaskId) {
    inner.addSplitsBack(splits, subtaskId);
  }

  @Override
  public E snapshotState(long checkpointId) throws Exception {
    return inner.snapshotState(checkpointId);
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
  public void handleSourceEvent(int subtaskId, SourceEvent event) {
    inner.handleSourceEvent(subtaskId, event);
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }
}
