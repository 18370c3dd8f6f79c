package dev.dolly.inference.generate;

import dev.dolly.engine.batch.BatchListener;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.Step;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.commit.KafkaAnswers;
import dev.dolly.inference.commit.LostAnswersCheck;
import dev.dolly.inference.commit.LostAnswersException;
import dev.dolly.inference.commit.Promise;
import dev.dolly.inference.commit.Promises;
import dev.dolly.inference.metrics.InferenceMetrics;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.Gate;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.annotation.Nullable;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
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

  private static final long NO_CHECKPOINT = Long.MAX_VALUE;
  private static final int TICK_MILLIS = 100;

  private final InferenceSettings settings;
  private final transient MailboxExecutor mailbox;
  private final transient AtomicBoolean mailed = new AtomicBoolean();
  private final transient Clock clock = Clock.systemUTC();
  private transient GenerateState state;
  private transient Promises promises;
  private transient LostAnswersCheck lostAnswers;
  private transient InferenceMetrics metrics;
  private transient Quarantine quarantine;
  private transient @Nullable ServedModel served;
  private transient @Nullable ContinuousBatcher batcher;
  private transient @Nullable Gate gate;
  private transient InFlightRequests requests;
  private transient long firstCheckpoint;

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
        new GenerateState(
            context.getOperatorStateStore(),
            getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
  }

  @Override
  public void open() throws Exception {
    super.open();
    firstCheckpoint = NO_CHECKPOINT;
    promises = new Promises(clock);
    promises.restore(state.promises());
    lostAnswers =
        new LostAnswersCheck(
            new KafkaAnswers(settings.clientProperties()),
            settings.transactionTimeout(),
            settings.lostAnswers(),
            clock);
    check(state.promises());
    metrics = new InferenceMetrics(getMetricGroup(), clock);
    quarantine =
        settings.crashDirectory() == null
            ? Quarantine.off()
            : Quarantine.in(Path.of(settings.crashDirectory()));
    served =
        ServedModel.load(settings, getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
    metrics.modelLoaded();
    batcher = ContinuousBatcher.start(served.model(), batchSettings(), new Mailing());
    List<InFlightRequest> restored = state.requests();
    gate = Gate.install(settings.admissionLimit(), restored.size());
    requests = requests();
    metrics.watch(
        requests::size,
        requests::outside,
        batcher,
        served.model(),
        settings.maxBatch(),
        settings.transactionTimeout().toMillis());
    getProcessingTimeService().scheduleWithFixedDelay(time -> tick(), TICK_MILLIS, TICK_MILLIS);
    LOG.info("{} requests go on with model {}", restored.size(), served.ref());
    requests.restore(restored, state.attempts());
  }

  /**
   * The sink comes later in the chain, and the last opens first and hears first of a checkpoint: it
   * has committed by now what it could.
   */
  private void check(List<Promise> promises) throws InterruptedException {
    try {
      lostAnswers.check(promises);
    } catch (LostAnswersException e) {
      throw new SuppressRestartsException(e);
    }
  }

  private BatchSettings batchSettings() {
    return new BatchSettings(
        settings.maxBatch(),
        settings.prefillChunk(),
        settings.cacheBytes(),
        settings.deterministic());
  }

  private InFlightRequests requests() {
    PatientRegistry registry =
        new PatientRegistry(SchemaRegistries.connect(settings.schemaRegistry()));
    return new InFlightRequests(
        served,
        batcher,
        new Intake(new RecordSerde<>(TopicCatalogue.PROMPTS, registry), served.prompts()),
        new Responses(served, batcher.fingerprint(), settings.deterministic()),
        new RecordWriter(registry),
        new TaskOutlet(),
        quarantine,
        metrics,
        settings.chunkInterval(),
        clock);
  }

  @Override
  public void processElement(StreamRecord<PromptRecord> element) {
    requests.accept(element.getValue());
  }

  private void drain() {
    mailed.set(false); // first: what changes from here on gets a mail of its own
    requests.drain();
  }

  private void tick() {
    if (requests.holdsBack()) {
      requests.drain();
    }
  }

  /** What is finished goes out before the barrier and need not be done again. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    requests.drain();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    long id = context.getCheckpointId();
    firstCheckpoint = Math.min(firstCheckpoint, id);
    quarantine.snapshot(id);
    state.update(requests.snapshot(), promises.snapshot(id), requests.attempt());
  }

  @Override
  public void notifyCheckpointComplete(long id) throws Exception {
    super.notifyCheckpointComplete(id);
    metrics.checkpointCompleted();
    check(promises.completed(id));
    quarantine.completed(id);
    if (id >= firstCheckpoint) {
      requests.letOut();
    }
  }

  @Override
  public void finish() throws Exception {
    requests.letOut(); // no checkpoint completes while a task finishes
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
    if (quarantine != null) {
      quarantine.close();
    }
    super.close();
  }

  /** The engine's thread. Never waits. */
  private final class Mailing implements BatchListener {
    @Override
    public void progressed() {
      if (mailed.compareAndSet(false, true)) {
        try {
          mailbox.execute(GenerateOperator.this::drain, "drain the engine");
        } catch (RejectedExecutionException e) {
          LOG.debug("the task is closing; what the engine did since is in no checkpoint");
        }
      }
    }

    @Override
    public void stepped(Step step) {
      metrics.stepped(step);
    }
  }

  private final class TaskOutlet implements Outlet {
    @Override
    public void answer(OutboundRecord record) {
      promises.answered(record.prompt());
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
