package dev.dolly.training.flink;

import dev.dolly.training.topic.OutboundRecord;
import dev.dolly.training.topic.TopicBounds;
import dev.dolly.training.topic.TopicRecord;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes the one {@link TrainOperator} of a job. */
final class TrainOperatorFactory extends AbstractStreamOperatorFactory<OutboundRecord>
    implements OneInputStreamOperatorFactory<TopicRecord, OutboundRecord> {
  private static final long serialVersionUID = 1L;

  private final JobArguments arguments;
  private final TopicBounds bounds;

  TrainOperatorFactory(JobArguments arguments, TopicBounds bounds) {
    this.arguments = arguments;
    this.bounds = bounds;
  }

  @Override
  @SuppressWarnings("unchecked") // Flink asks for the type that getStreamOperatorClass names
  public <T extends StreamOperator<OutboundRecord>> T createStreamOperator(
      StreamOperatorParameters<OutboundRecord> parameters) {
    return (T) new TrainOperator(parameters, arguments, bounds);
  }

  @Override
  @SuppressWarnings("rawtypes") // Flink's signature
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return TrainOperator.class;
  }
}
