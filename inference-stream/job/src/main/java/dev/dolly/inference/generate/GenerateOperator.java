package dev.dolly.inference.generate;

import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.commit.Commitments;
import dev.dolly.inference.commit.LostAnswersCheck;
import dev.dolly.inference.metrics.InferenceMetrics;
import dev.dolly.inference.model.Copies;
import dev.dolly.inference.model.ModelLoader;
import dev.dolly.inference.quarantine.LoadMarks;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.Gate;
import dev.dolly.inference.source.PromptRecord;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.annotation.Nullable;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
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
  private final ControlConsumers consumers;
  private final transient MailboxExecutor mailbox;
  private final transient Clock clock = Clock.systemUTC();
  private transient GenerateState state;
  private transient @Nullable Commitments commitments;
  private transient InferenceMetrics metrics;
  private transient Quarantine quarantine;
  private transient @Nullable SubtaskEngine engine;
  private transient @Nullable Gate gate;
  private transient InFlightRequests requests;
  private transient long firstCheckpoint;

  GenerateOperator(
      StreamOperatorParameters<OutboundRecord> parameters,
      InferenceSettings settings,
      ControlConsumers consumers) {
    super(parameters);
    this.settings = settings;
    this.consumers = consumers;
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
    commitments = new Commitments(LostAnswersCheck.of(settings, clock), mailbox, clock);
    commitments.restore(state.promises());
    metrics = new InferenceMetrics(getMetricGroup(), clock);
    quarantine =
        settings.crashDirectory() == null
            ? Quarantine.off()
            : Quarantine.in(Path.of(settings.crashDirectory()));
    List<InFlightRequest> restored = state.requests();
    gate = Gate.install(settings.admissionLimit(), restored.size());
    engine = engine(getRuntimeContext().getTaskInfo());
    requests =
        engine.requests(new TaskOutlet(output, commitments, gate), quarantine, metrics, clock);
    engine.begin(state.model(), restored.stream().map(InFlightRequest::model).toList());
    getProcessingTimeService().scheduleWithFixedDelay(time -> tick(), TICK_MILLIS, TICK_MILLIS);
    LOG.info("{} requests go on", restored.size());
    requests.restore(restored, state.attempts());
    engine.goOn();
  }

  private SubtaskEngine engine(TaskInfo task) {
    Copies copies = Copies.of(getRuntimeContext().getJobInfo().getJobId().toString());
    LoadMarks marks =
        settings.crashDirectory() == null
            ? LoadMarks.off()
            : LoadMarks.in(Path.of(settings.crashDirectory()), task.getIndexOfThisSubtask());
    TaskMails mails = new TaskMails(mailbox);
    String temporary =
        getContainingTask().getEnvironment().getTaskManagerInfo().getTmpDirectories()[0];
    return new SubtaskEngine(
        settings,
        new ModelLoader(
            settings, task.getNumberOfParallelSubtasks(), Path.of(temporary), marks, copies),
        consumers.make(settings),
        new EngineMails(mails, () -> requests.drain(), metrics::stepped),
        new ModelReport(() -> requests, gate, metrics, task.getIndexOfThisSubtask() == 0),
        mails);
  }

  @Override
  public void processElement(StreamRecord<PromptRecord> element) {
    requests.accept(element.getValue());
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
    state.update(
        requests.snapshot(), commitments.snapshot(id), requests.attempt(), engine.snapshot());
  }

  @Override
  public void notifyCheckpointComplete(long id) throws Exception {
    super.notifyCheckpointComplete(id);
    metrics.checkpointCompleted();
    commitments.completed(id);
    quarantine.completed(id);
    if (id >= firstCheckpoint) {
      requests.letOut();
    }
  }

  @Override
  public void finish() throws Exception {
    requests.letOut(); // no checkpoint completes while a task finishes
    while (requests.size() > 0) {
      // Timers are quiet by now, and no mail says that a trial in another subtask is over.
      if (!mailbox.tryYield()) {
        TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        requests.drain();
      }
    }
    super.finish();
  }

  /** Called also when {@link #open} failed half way. */
  @Override
  public void close() throws Exception {
    if (gate != null) {
      gate.remove();
    }
    if (engine != null) {
      engine.close();
    }
    if (quarantine != null) {
      quarantine.close();
    }
    if (commitments != null) {
      commitments.close();
    }
    super.close();
  }
}
