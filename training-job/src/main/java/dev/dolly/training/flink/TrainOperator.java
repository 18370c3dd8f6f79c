package dev.dolly.training.flink;

import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.run.BadRecordException;
import dev.dolly.training.run.TrainingFailedException;
import dev.dolly.training.run.TrainingRun;
import dev.dolly.training.topic.OutboundRecord;
import dev.dolly.training.topic.RunRecords;
import dev.dolly.training.topic.TopicBounds;
import dev.dolly.training.topic.TopicFold;
import dev.dolly.training.topic.TopicRecord;
import java.util.concurrent.CancellationException;
import org.apache.flink.runtime.execution.CancelTaskException;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Takes the topic in and, when it has all of it, trains on the task's thread. A task that was
 * started again goes on from the newest checkpoint; one that is cancelled stops within a step.
 */
final class TrainOperator extends AbstractStreamOperator<OutboundRecord>
    implements OneInputStreamOperator<TopicRecord, OutboundRecord>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final transient JobArguments arguments;
  private final transient TopicBounds bounds;
  private transient PatientRegistry registry;
  private transient RunRecords records;
  private transient TopicFold fold;
  private transient TrainingRun run;

  TrainOperator(
      StreamOperatorParameters<OutboundRecord> parameters,
      JobArguments arguments,
      TopicBounds bounds) {
    super(parameters);
    this.arguments = arguments;
    this.bounds = bounds;
  }

  @Override
  public void open() throws Exception {
    super.open();
    boolean again = getRuntimeContext().getTaskInfo().getAttemptNumber() > 0;
    TrainingOptions options = (again ? arguments.resumed() : arguments).trainingOptions();
    registry = arguments.kafka().schemas();
    records =
        new RunRecords(
            arguments.kafka(),
            registry,
            options.modelName(),
            options.promote(),
            record -> output.collect(new StreamRecord<>(record)));
    fold = new TopicFold(new RecordSerde<>(TopicCatalogue.dataset(bounds.topic()), registry));
    try {
      run = TrainingRun.open(options, records);
    } catch (ModelFormatException | TrainingFailedException e) {
      throw new SuppressRestartsException(e); // another try finds the same
    }
  }

  @Override
  public void processElement(StreamRecord<TopicRecord> element) {
    try {
      fold.add(element.getValue()).ifPresent(run::refuse);
    } catch (BadRecordException e) {
      throw new SuppressRestartsException(e);
    }
  }

  @Override
  public void endInput() throws Exception {
    try {
      fold.records().forEach(run::add);
      run.run(bounds.ranges(), records::everPromoted, () -> getContainingTask().isCanceled());
    } catch (CancellationException e) {
      throw new CancelTaskException(e.getMessage());
    } catch (ModelFormatException | TrainingFailedException | BadRecordException e) {
      throw new SuppressRestartsException(e);
    }
  }

  @Override
  public void close() throws Exception {
    if (registry != null) {
      registry.stopWaiting();
    }
    if (run != null) {
      run.close();
    }
    super.close();
  }
}
