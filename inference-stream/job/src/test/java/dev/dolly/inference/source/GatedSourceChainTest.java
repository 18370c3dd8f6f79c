package dev.dolly.inference.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.client.JobExecutionException;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gate between a real source and a real chained operator, in Flink's own task. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GatedSourceChainTest {
  private static final int LIMIT = 3;
  private static final int RECORDS = 500;

  @Test
  @SuppressWarnings("try") // the iterator's close() throws Exception
  void neverHoldsMoreThanTheLimitAndAnswersAllBeforeItEnds() throws Exception {
    StreamExecutionEnvironment env = environment();
    try (CloseableIterator<Tuple2<Long, Integer>> results = parked(env).executeAndCollect()) {
      List<Tuple2<Long, Integer>> all = new ArrayList<>();
      results.forEachRemaining(all::add);
      assertThat(all)
          .extracting(result -> result.f0)
          .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, RECORDS).boxed().toList());
      assertThat(all).extracting(result -> result.f1).allMatch(inside -> inside <= LIMIT);
      assertThat(all).extracting(result -> result.f1).contains(LIMIT);
    }
  }

  @Test
  void failsWhenTheOperatorIsNotChained() {
    StreamExecutionEnvironment env = environment();
    env.disableOperatorChaining();
    parked(env).sinkTo(new DiscardingSink<>());
    // The cause is Flink's to choose: the reader's own message, which GatedReaderTest checks, or
    // that the coordinator's splits came to a task that had failed already.
    assertThatThrownBy(env::execute).isInstanceOf(JobExecutionException.class);
  }

  private static StreamExecutionEnvironment environment() {
    Configuration once = new Configuration();
    once.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, once);
    env.enableCheckpointing(50);
    return env;
  }

  private static DataStream<Tuple2<Long, Integer>> parked(StreamExecutionEnvironment env) {
    return env.fromSource(
            new GatedSource<>(new NumberSequenceSource(1, RECORDS), Types.LONG),
            WatermarkStrategy.noWatermarks(),
            "numbers")
        .transform("parked", Types.TUPLE(Types.LONG, Types.INT), new ParkingFactory());
  }

  private static final class ParkingFactory
      extends AbstractStreamOperatorFactory<Tuple2<Long, Integer>>
      implements OneInputStreamOperatorFactory<Long, Tuple2<Long, Integer>> {
    @Override
    @SuppressWarnings("unchecked")
    public <T extends StreamOperator<Tuple2<Long, Integer>>> T createStreamOperator(
        StreamOperatorParameters<Tuple2<Long, Integer>> parameters) {
      return (T) new Parking(parameters);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
      return Parking.class;
    }
  }

  /** Lets each record go on by a mail from another thread, with the number that was inside. */
  private static final class Parking extends AbstractStreamOperator<Tuple2<Long, Integer>>
      implements OneInputStreamOperator<Long, Tuple2<Long, Integer>> {
    private final MailboxExecutor mailbox;
    private transient Gate gate;
    private transient ExecutorService elsewhere;

    Parking(StreamOperatorParameters<Tuple2<Long, Integer>> parameters) {
      super(parameters);
      mailbox = parameters.getMailboxExecutor();
    }

    @Override
    public void open() throws Exception {
      super.open();
      gate = Gate.install(LIMIT, 0);
      gate.letIn();
      elsewhere = Executors.newSingleThreadExecutor();
    }

    @Override
    public void processElement(StreamRecord<Long> element) {
      long number = element.getValue();
      elsewhere.execute(
          () -> {
            try {
              mailbox.execute(() -> leave(number), "leave");
            } catch (RejectedExecutionException e) {
              // the task is closing
            }
          });
    }

    private void leave(long number) {
      int inside = gate.taken();
      gate.release();
      output.collect(new StreamRecord<>(Tuple2.of(number, inside)));
    }

    @Override
    public void close() throws Exception {
      if (gate != null) {
        gate.remove();
        elsewhere.shutdownNow();
      }
      super.close();
    }
  }
}
