package dev.dolly.cli;

import dev.dolly.inference.Answers;
import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.sink.OutboundRecord;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The job, whose task fails on purpose when it has handed out so many records. */
final class FailingJob {
  /** Static, since Flink copies functions. */
  private static final ConcurrentSkipListSet<Integer> FAIL_AT = new ConcurrentSkipListSet<>();

  private static final AtomicInteger HANDED_OUT = new AtomicInteger();

  private FailingJob() {}

  /** Plans failures among the next records, none at the first and the last of them. */
  static void plan(int failures, int records, Random random) {
    while (FAIL_AT.size() < failures) {
      FAIL_AT.add(HANDED_OUT.get() + 10 + random.nextInt(records - 20));
    }
  }

  /** Those planned that were not thrown. */
  static ConcurrentSkipListSet<Integer> left() {
    return FAIL_AT;
  }

  static void build(StreamExecutionEnvironment env, InferenceSettings settings) {
    Answers answers = InferenceJob.answer(InferenceJob.read(env, settings), settings);
    DataStream<OutboundRecord> outcomes =
        answers
            .outcomes()
            .map(new FailAtCount())
            .returns(OutboundRecord.TYPE)
            .uid("failures")
            .setParallelism(settings.parallelism());
    InferenceJob.deliver(new Answers(outcomes, answers.chunks()), settings);
  }

  /** Fails when as many records have come by as was asked, before it lets the last one on. */
  private static final class FailAtCount implements MapFunction<OutboundRecord, OutboundRecord> {
    private static final long serialVersionUID = 1L;

    @Override
    public OutboundRecord map(OutboundRecord record) {
      if (FAIL_AT.remove(HANDED_OUT.incrementAndGet())) {
        throw new IllegalStateException("a failure on purpose");
      }
      return record;
    }
  }
}
