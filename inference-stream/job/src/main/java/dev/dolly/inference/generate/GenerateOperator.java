package dev.dolly.inference.generate;

import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.Gate;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.annotation.Nullable;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.util.SimpleVersionedListState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * The shell of {@link InFlightRequests} in a Flink task: state, gate, mailbox.
 *
 * <p>The engine's thread announces progress by a mail, at most one at a time; everything else
 * happens on the task's thread. So a snapshot cuts cleanly without a lock: what was handed out
 * before it belongs to this checkpoint's transaction and is no longer in the state, all the rest is
 * in the state with its ids, also what has finished but was not drained yet.
 *
 * <p>The task's thread never waits for the engine, but for {@link #finish}, which only a {@code
 * stop --drain} reaches with work left.
 */
public final class GenerateOperator extends AbstractStreamOperator<OutboundRecord>
    implements OneInputStreamOperator<PromptRecord, OutboundRecord> {
  /** Chunks leave here; responses and dead letters are the main output. */
  public static final OutputTag<OutboundRecord> CHUNKS =
      new OutputTag<>("chunks", OutboundRecord.TYPE);

  private static final long serialVersionUID = 1L;

  private final InferenceSettings settings;
  private final transient MailboxExecutor mailbox;
  private final transient AtomicBoolean mailed = new AtomicBoolean();
  private transient ListState<InFlightRequest> state;
  private transient List<InFlightRequest> restored;
  private transient @Nullable ServedModel served;
  private transient @Nullable ContinuousBatcher batcher;
  private transient @Nullable Gate gate;
  private transient InFlightRequests requests;

  GenerateOperator(
      StreamOperatorParameters<OutboundRecord> parameters, InferenceSettings settings) {
    super(parameters);
    this.settings = settings;
    this.mailbox = parameters.getMailboxExecutor();
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    state =
        new SimpleVersionedListState<>(
            context
                .getOperatorStateStore()
                .getListState(
                    new ListStateDescriptor<>("in-flight", BytePrimitiveArraySerializer.INSTANCE)),
            new InFlightRequestSerializer());
    restored = new ArrayList<>();
    if (context.isRestored()) {
      state.get().forEach(restored::add);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    served =
        ServedModel.load(settings, getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
    batcher =
        ContinuousBatcher.start(
            served.model(),
            new BatchSettings(
                settings.maxBatch(),
                settings.prefillChunk(),
                settings.cacheBytes(),
                settings.deterministic()),
            this::progressed);
    gate = Gate.install(settings.admissionLimit(), restored.size());
    PatientRegistry registry =
        new PatientRegistry(SchemaRegistries.connect(settings.schemaRegistry()));
    requests =
        new InFlightRequests(
            served,
            batcher,
            new RecordSerde<>(TopicCatalogue.PROMPTS, registry),
            new RecordWriter(registry),
            new TaskOutlet(gate),
            settings.chunkInterval(),
            settings.deterministic(),
            Clock.systemUTC());
    registerMetrics();
    LOG.info("{} requests go on with model {}", restored.size(), served.ref());
    requests.restore(restored);
    restored = null;
  }

  private void registerMetrics() {
    getMetricGroup().gauge("requestsInFlight", (Gauge<Integer>) requests::size);
    getMetricGroup().gauge("responses", (Gauge<Long>) requests::answered);
    getMetricGroup().gauge("deadLetters", (Gauge<Long>) requests::deadLetters);
    getMetricGroup().gauge("generatedTokens", (Gauge<Long>) requests::newTokens);
  }

  @Override
  public void processElement(StreamRecord<PromptRecord> element) {
    requests.accept(element.getValue());
  }

  /** The engine's thread. Never waits. */
  private void progressed() {
    if (mailed.compareAndSet(false, true)) {
      try {
        mailbox.execute(this::drain, "drain the engine");
      } catch (RejectedExecutionException e) {
        LOG.debug("the task is closing; what the engine did since is in no checkpoint");
      }
    }
  }

  private void drain() {
    mailed.set(false); // first: what changes from here on gets a mail of its own
    requests.drain();
  }

  /** What is finished goes out before the barrier and need not be done again. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    requests.drain();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    state.update(requests.snapshot());
  }

  @Override
  public void finish() throws Exception {
    while (requests.size() > 0) {
      mailbox.yield();
    }
    super.finish();
  }

  /** Called also when {@link #open} failed half way. */
  @Override
  public void close() throws Exception {
    if (gate != null) {
      gate.remove();
    }
    if (batcher != null) {
      batcher.close();
    }
    if (served != null) {
      served.close();
    }
    super.close();
  }

  private final class TaskOutlet implements Outlet {
    private final Gate gate;

    TaskOutlet(Gate gate) {
      this.gate = gate;
    }

    @Override
    public void answer(OutboundRecord record) {
      output.collect(new StreamRecord<>(record));
    }

    @Override
    public void chunk(OutboundRecord record) {
      output.collect(CHUNKS, new StreamRecord<>(record));
    }

    @Override
    public void left() {
      gate.release();
    }
  }
}
