package dev.dolly.inference.generate;

import dev.dolly.inference.InferenceSettings;
import java.io.Serializable;
import java.util.Properties;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Makes what a subtask reads the checkpoint topic with. */
@FunctionalInterface
interface ControlConsumers extends Serializable {
  /** One that reads committed records only, of no group. */
  Consumer<byte[], byte[]> make(InferenceSettings settings);

  /** Of the job's brokers. */
  static ControlConsumers ofKafka() {
    return settings -> {
      Properties properties = settings.clientProperties();
      properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
      properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
      properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
      properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
      return new KafkaConsumer<>(
          properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    };
  }
}
