package dev.dolly.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends the prompts of a load, each once, however long the broker is away: the producer goes on
 * trying, and the broker knows by its sequence numbers what it has already.
 *
 * <p>Belongs to one thread; {@link #send} may wait while the broker is away.
 */
final class LoadProducer implements AutoCloseable {
  private static final int UNKNOWN_ID = 999_999;

  private final RecordSerde<Prompt> serde;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  LoadProducer(String bootstrap, RecordSerde<Prompt> serde) {
    this.serde = serde;
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "enable.idempotence",
                "true",
                "delivery.timeout.ms",
                Integer.toString(Integer.MAX_VALUE),
                "max.block.ms",
                Long.toString(Long.MAX_VALUE),
                "linger.ms",
                "5"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Hands a prompt over.
   *
   * @param now epoch ms, from which its deadline counts
   * @throws KafkaException when an earlier one could not be sent
   */
  void send(LoadPrompt load, long now) {
    Prompt prompt =
        load.deadline()
            .map(left -> Prompt.newBuilder(load.prompt()).setDeadlineAt(now + left.toMillis()))
            .map(Prompt.Builder::build)
            .orElseGet(load::prompt);
    byte[] key = load.id().getBytes(StandardCharsets.UTF_8);
    if (load.way() == Way.RAW) {
      send(new ProducerRecord<>(TopicCatalogue.PROMPTS_RAW.name(), json(prompt, load.flaw())));
      return;
    }
    String topic = TopicCatalogue.PROMPTS.name();
    send(new ProducerRecord<>(topic, key, avro(prompt, load.flaw())));
    if (load.cancelled()) {
      send(new ProducerRecord<>(topic, key, null));
    }
  }

  /** Waits until all is sent. */
  @Override
  public void close() {
    // All is acknowledged after a run that went well; after another, nobody may be there to do it.
    producer.close(Duration.ofSeconds(10));
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    Exception earlier = failure.get();
    if (earlier != null) {
      throw new KafkaException("a prompt of the load could not be sent: " + earlier, earlier);
    }
    producer.send(
        record,
        (place, problem) -> {
          if (problem != null) {
            failure.compareAndSet(null, problem);
          }
        });
  }

  private byte[] avro(Prompt prompt, Optional<Flaw> flaw) {
    byte[] whole = serde.encode(prompt);
    if (flaw.filter(Flaw.TORN::equals).isPresent()) {
      return Arrays.copyOf(whole, whole.length - whole.length / 4);
    }
    if (flaw.filter(Flaw.UNKNOWN_SCHEMA::equals).isPresent()) {
      ByteBuffer.wrap(whole).putInt(1, UNKNOWN_ID);
    }
    return whole;
  }

  private static byte[] json(Prompt prompt, Optional<Flaw> flaw) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("request_id", prompt.getRequestId());
    json.put("instruction", prompt.getInstruction());
    if (prompt.getContext() != null) {
      json.put("context", prompt.getContext());
    }
    json.set("params", json(prompt.getParams()));
    if (prompt.getPriority() != 0) {
      json.put("priority", prompt.getPriority());
    }
    if (prompt.getDeadlineAt() != null) {
      json.put("deadline_at", prompt.getDeadlineAt());
    }
    if (!prompt.getMetadata().isEmpty()) {
      ObjectNode metadata = json.putObject("metadata");
      prompt.getMetadata().forEach(metadata::put);
    }
    String text = flaw.map(f -> spoilt(json, f)).orElseGet(json::toString);
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode json(PromptParams params) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("max_new_tokens", params.getMaxNewTokens());
    json.put("do_sample", params.getDoSample());
    json.put("temperature", params.getTemperature());
    json.put("top_p", params.getTopP());
    json.put("top_k", params.getTopK());
    if (params.getSeed() != null) {
      json.put("seed", params.getSeed());
    }
    params.getStop().forEach(json.withArray("stop")::add);
    json.put("logprobs", params.getLogprobs());
    return json;
  }

  private static String spoilt(ObjectNode json, Flaw flaw) {
    switch (flaw) {
      case TORN -> {
        String whole = json.toString();
        return whole.substring(0, whole.length() - 1);
      }
      case DUPLICATE_KEY -> {
        return json.toString().replaceFirst("\\{", "{\"priority\":1,\"priority\":2,");
      }
      case WRONG_TYPE -> json.put("instruction", 5);
      case NO_INSTRUCTION -> json.remove("instruction");
      case UNKNOWN_FIELD -> json.put("instructions", "there is no such field");
      case BLANK, OUT_OF_RANGE, TOO_LONG, UNKNOWN_SCHEMA -> {}
    }
    return json.toString();
  }
}
