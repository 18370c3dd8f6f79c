package dev.dolly.ingest;

import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.prompt.ParsedPrompt;
import dev.dolly.schemas.prompt.PromptParser;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parses a raw record and sends what it is to the sink for it.
 *
 * <p>What goes out is stamped with the time at which it goes out, not with the raw record's: topics
 * keep records by their stamps, and a prompt with an old one (a replay, a client's wrong clock)
 * could be gone before it is read. The raw record's time lives on in {@code submitted_at}, its
 * headers in the metadata, as far as they are text; what the prompt says itself counts before them.
 */
final class ParseProcessor implements Processor<byte[], byte[], String, SpecificRecord> {

  private static final DeadLetters DEAD_LETTERS = new DeadLetters(Stage.ingest);

  private static final Logger LOG = LoggerFactory.getLogger(ParseProcessor.class);

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
    ParsedPrompt parsed = parser.parse(raw.value(), origin, raw.timestamp(), texts(raw.headers()));
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
          new Record<>(DeadLetters.key(letter), letter, now), IngestTopology.DEAD_LETTERS);
      metrics.rejected(rejected.code());
    }
  }

  /** Of headers with one name the last counts, as for every reader. */
  private static Map<String, String> texts(Headers headers) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Header header : headers) {
      if (header.value() != null) {
        try {
          ByteBuffer value = ByteBuffer.wrap(header.value());
          String text = StandardCharsets.UTF_8.newDecoder().decode(value).toString();
          if (text.indexOf('\0') < 0) {
            texts.put(header.key(), text);
          }
        } catch (CharacterCodingException e) {
          LOG.debug("Header {} is no text and is left out", header.key());
        }
      }
    }
    return texts;
  }
}
