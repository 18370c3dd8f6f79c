package dev.dolly.inference.source;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;

/** Takes a permit for each record on its way from a reader to the operator. */
final class PermitOutput<T> implements ReaderOutput<T> {
  private final ReaderOutput<T> target;
  private final Gate gate;

  PermitOutput(ReaderOutput<T> target, Gate gate) {
    this.target = target;
    this.gate = gate;
  }

  ReaderOutput<T> target() {
    return target;
  }

  @Override
  public void collect(T record) {
    gate.acquire();
    target.collect(record);
  }

  @Override
  public void collect(T record, long timestamp) {
    gate.acquire();
    target.collect(record, timestamp);
  }

  @Override
  public void emitWatermark(Watermark watermark) {
    target.emitWatermark(watermark);
  }

  @Override
  public void markIdle() {
    target.markIdle();
  }

  @Override
  public void markActive() {
    target.markActive();
  }

  /** The Kafka source emits through outputs of its splits, so these count too. */
  @Override
  public SourceOutput<T> createOutputForSplit(String splitId) {
    return new PermitSplitOutput<>(target.createOutputForSplit(splitId), gate);
  }

  @Override
  public void releaseOutputForSplit(String splitId) {
    target.releaseOutputForSplit(splitId);
  }

  private record PermitSplitOutput<T>(SourceOutput<T> target, Gate gate)
      implements SourceOutput<T> {
    @Override
    public void collect(T record) {
      gate.acquire();
      target.collect(record);
    }

    @Override
    public void collect(T record, long timestamp) {
      gate.acquire();
      target.collect(record, timestamp);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      target.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
      target.markIdle();
    }

    @Override
    public void markActive() {
      target.markActive();
    }
  }
}
