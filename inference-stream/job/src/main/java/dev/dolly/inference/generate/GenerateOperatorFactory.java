package dev.dolly.inference.generate;

import static java.util.Objects.requireNonNull;

import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.PromptRecord;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/**
 * Makes a {@link GenerateOperator} in each subtask. The chaining strategy stays Flink's default: a
 * chained multiple-input head does not restore its sources.
 */
public final class GenerateOperatorFactory extends AbstractStreamOperatorFactory<OutboundRecord>
    implements OneInputStreamOperatorFactory<PromptRecord, OutboundRecord> {
  private static final long serialVersionUID = 1L;

  private final InferenceSettings settings;
  private final ControlConsumers consumers;

  public GenerateOperatorFactory(InferenceSettings settings) {
    this(settings, ControlConsumers.ofKafka());
  }

  /**
   * @param consumers of the checkpoint topic
   */
  GenerateOperatorFactory(InferenceSettings settings, ControlConsumers consumers) {
    this.settings = requireNonNull(settings, "settings");
    this.consumers = requireNonNull(consumers, "consumers");
  }

  @Override
  @SuppressWarnings("unchecked") // Flink asks for the type that getStreamOperatorClass names
  public <T extends StreamOperator<OutboundRecord>> T createStreamOperator(
      StreamOperatorParameters<OutboundRecord> parameters) {
    return (T) new GenerateOperator(parameters, settings, consumers);
  }

  @Override
  @SuppressWarnings("rawtypes") // Flink's signature
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return GenerateOperator.class;
  }
}
