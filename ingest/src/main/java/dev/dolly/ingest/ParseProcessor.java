package dev.dolly.ingest;

import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.prompt.HeaderTexts;
import dev.dolly.schemas.prompt.ParsedPrompt;
import dev.dolly.schemas.prompt.PromptParser;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Parses a raw record and sends what it is to the sink for it.
 *
 * <p>What goes out is stamped with the time at which it goes out, not with the raw record's: topics
 * keep records by their stamps, and a prompt with an old one (a replay, a client's wrong clock)
 * could be gone before it is read. The raw record's time lives on in {@code submitted_at}, its
 * headers in the metadata, as far as they are text; what the prompt says itself counts before them.
 * A dead letter carries the raw record's headers, so that a prompt that is mended has them again.
 */
final class ParseProcessor implements Processor<byte[], byte[], String, SpecificRecord> {

  private static final DeadLetters DEAD_LETTERS = new DeadLetters(Stage.ingest);

  private final PromptParser parser;
  private ProcessorContext<String, SpecificRecord> context;
  private IngestMetrics metrics;

  ParseProcessor(PromptParser parser) {
    this.parser = parser;
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> processorContext) {
    this.context = processorContext;
    this.metrics = new IngestMetrics(processorContext.metrics(), processorContext.taskId());
  }

  @Override
  public void close() {
    metrics.close();
  }

  @Override
  public void process(Record<byte[], byte[]> raw) {
    RecordMetadata place =
        context
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a raw record comes from a topic"));
    Origin origin = new Origin(place.topic(), place.partition(), place.offset());
    long now = context.currentSystemTimeMs();
    ParsedPrompt parsed =
        parser.parse(raw.value(), origin, raw.timestamp(), HeaderTexts.of(raw.headers()));
    if (parsed instanceof ParsedPrompt.Accepted accepted) {
      Prompt prompt = accepted.prompt();
      context.forward(new Record<>(prompt.getRequestId(), prompt, now), IngestTopology.PROMPTS);
      metrics.accepted();
    } else if (parsed instanceof ParsedPrompt.Rejected rejected) {
      DeadLetter letter =
          DEAD_LETTERS.of(
              rejected.code(),
              rejected.message(),
              rejected.requestId(),
              new DeadLetterOrigin(place.topic(), place.partition(), place.offset()),
              raw.value(),
              now);
      context.forward(
          new Record<>(DeadLetters.key(letter), letter, now, HeaderTexts.kept(raw.headers())),
          IngestTopology.DEAD_LETTERS);
      metrics.rejected(rejected.code());
    }
  }
}
