package dev.dolly.inference.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatedReaderTest {
  private final List<Integer> emitted = new ArrayList<>();
  private final ReaderOutput<Integer> output = new CollectingOutput(emitted);
  private Gate gate;

  @BeforeEach
  void install() {
    gate = Gate.install(2, 0);
    gate.letIn();
  }

  @AfterEach
  void remove() {
    gate.remove();
  }

  @Test
  void emitsOnlyWhileTheGateIsOpen() throws Exception {
    GatedReader<Integer, NoSplit> reader = new GatedReader<>(new CountingReader(10));
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.MORE_AVAILABLE);
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    CompletableFuture<Void> available = reader.isAvailable();
    assertThat(available).isNotDone();
    assertThat(emitted).containsExactly(0, 1);

    gate.release();

    assertThat(available).isDone();
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(emitted).containsExactly(0, 1, 2);
  }

  @Test
  void endsOnlyWhenEverythingHasLeft() throws Exception {
    CountingReader inner = new CountingReader(1);
    GatedReader<Integer, NoSplit> reader = new GatedReader<>(inner);
    reader.pollNext(output);
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(inner.ended).isTrue();
    CompletableFuture<Void> available = reader.isAvailable();
    assertThat(available).isNotDone();
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);

    gate.release();

    assertThat(available).isDone();
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.END_OF_INPUT);
    assertThat(inner.pollsAfterTheEnd).isZero();
  }

  @Test
  void endsAtOnceWithNothingInside() throws Exception {
    GatedReader<Integer, NoSplit> reader = new GatedReader<>(new CountingReader(0));
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.END_OF_INPUT);
  }

  @Test
  void waitsForItsOwnInputWhileTheGateIsOpen() throws Exception {
    CountingReader inner = new CountingReader(1);
    inner.available = new CompletableFuture<>();
    GatedReader<Integer, NoSplit> reader = new GatedReader<>(inner);
    assertThat(reader.isAvailable()).isSameAs(inner.available);
  }

  @Test
  void saysWhatIsWrongWhenNoOperatorIsChained() {
    gate.remove();
    GatedReader<Integer, NoSplit> reader = new GatedReader<>(new CountingReader(1));
    assertThatThrownBy(() -> reader.pollNext(output)).hasMessageContaining("not chained");
  }

  private record NoSplit(String splitId) implements SourceSplit {}

  /** Counts up to a limit, through an output of its one split as the Kafka source does. */
  @SuppressWarnings("try")
  private static final class CountingReader implements SourceReader<Integer, NoSplit> {
    private final int limit;
    private int next;
    private boolean ended;
    private int pollsAfterTheEnd;
    private CompletableFuture<Void> available = CompletableFuture.completedFuture(null);

    CountingReader(int limit) {
      this.limit = limit;
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Integer> output) {
      if (ended) {
        pollsAfterTheEnd++;
      }
      if (next == limit) {
        ended = true;
        return InputStatus.END_OF_INPUT;
      }
      output.createOutputForSplit("0").collect(next++, 0L);
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return available;
    }

    @Override
    public void start() {}

    @Override
    public List<NoSplit> snapshotState(long checkpointId) {
      return List.of();
    }

    @Override
    public void addSplits(List<NoSplit> splits) {}

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {}
  }

  private record CollectingOutput(List<Integer> records) implements ReaderOutput<Integer> {
    @Override
    public void collect(Integer record) {
      records.add(record);
    }

    @Override
    public void collect(Integer record, long timestamp) {
      records.add(record);
    }

    @Override
    public void emitWatermark(Watermark watermark) {}

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}

    @Override
    public SourceOutput<Integer> createOutputForSplit(String splitId) {
      return this;
    }

    @Override
    public void releaseOutputForSplit(String splitId) {}
  }
}
