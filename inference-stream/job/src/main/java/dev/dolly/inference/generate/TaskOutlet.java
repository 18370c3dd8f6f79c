package dev.dolly.inference.generate;

import dev.dolly.inference.commit.Commitments;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.Gate;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** The task's own outputs. */
final class TaskOutlet implements Outlet {
  private final Output<StreamRecord<OutboundRecord>> output;
  private final Commitments commitments;
  private final Gate gate;

  TaskOutlet(Output<StreamRecord<OutboundRecord>> output, Commitments commitments, Gate gate) {
    this.output = output;
    this.commitments = commitments;
    this.gate = gate;
  }

  @Override
  public void answer(OutboundRecord record) {
    commitments.answered(record.prompt());
    output.collect(new StreamRecord<>(record));
  }

  @Override
  public void chunk(OutboundRecord record) {
    output.collect(GenerateOperator.CHUNKS, new StreamRecord<>(record));
  }

  @Override
  public void left() {
    gate.release();
  }
}
