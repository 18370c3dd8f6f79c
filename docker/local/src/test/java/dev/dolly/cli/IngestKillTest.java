package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The entrance as a process of its own that is killed while prompts come. */
@Timeout(300)
class IngestKillTest {
  private static final int KILLS = 5;
  private static final int PROMPTS = 20_000;
  private static final int BAD = 20; // one of so many

  private static final List<String> OUT =
      List.of(TopicCatalogue.PROMPTS.name(), TopicCatalogue.DEAD_LETTERS.name());

  @TempDir private Path directory;

  @Test
  void eachRawRecordBecomesOnePromptOrDeadLetterThroughFiveKills() throws Exception {
    try (BrokerAndRegistry running = new BrokerAndRegistry(directory.resolve("data"));
        Outcomes outcomes = new Outcomes(running)) {
      int part = PROMPTS / (KILLS + 1);
      for (int i = 0; i < KILLS; i++) {
        send(running, i * part, (i + 1) * part);
        try (DollyProcess ingest = ingest(running)) {
          long before = outcomes.count();
          while (outcomes.count() == before) {
            assertThat(ingest.process().isAlive()).as(Files.readString(ingest.err())).isTrue();
          }
          ingest.process().destroyForcibly().waitFor(); // SIGKILL
        }
      }
      send(running, KILLS * part, PROMPTS);
      try (DollyProcess ingest = ingest(running)) {
        while (outcomes.count() < PROMPTS) {
          assertThat(ingest.process().isAlive()).as(Files.readString(ingest.err())).isTrue();
        }
        ingest.process().destroy(); // SIGTERM
        assertThat(ingest.exitCode()).isZero();
      }

      Map<String, Integer> seen = new HashMap<>();
      List<Prompt> prompts = running.records(TopicCatalogue.PROMPTS);
      for (Prompt prompt : prompts) {
        assertThat(Integer.parseInt(prompt.getInstruction()) % BAD).isNotZero();
        seen.merge(
            prompt.getOrigin().getPartition() + "@" + prompt.getOrigin().getOffset(),
            1,
            Integer::sum);
      }
      List<DeadLetter> letters = running.records(TopicCatalogue.DEAD_LETTERS);
      for (DeadLetter letter : letters) {
        assertThat(letter.getErrorCode()).isEqualTo(ErrorCode.UNKNOWN_FIELD);
        seen.merge(
            letter.getOrigin().getPartition() + "@" + letter.getOrigin().getOffset(),
            1,
            Integer::sum);
      }
      assertThat(letters).hasSize(PROMPTS / BAD);
      assertThat(prompts).hasSize(PROMPTS - PROMPTS / BAD);
      assertThat(seen).hasSize(PROMPTS);
      assertThat(seen.values()).containsOnly(1);
    }
  }

  private DollyProcess ingest(BrokerAndRegistry running) throws Exception {
    return DollyProcess.start(
        directory,
        running.on(
            "ingest",
            "--set=ingest.threads=2",
            "--set=ingest.instance-id=one",
            "--state=" + directory.resolve("state")));
  }

  private static void send(BrokerAndRegistry running, int from, int to) {
    try (KafkaProducer<byte[], byte[]> producer = running.cluster.producer()) {
      for (int i = from; i < to; i++) {
        String field = i % BAD == 0 ? "instructions" : "instruction";
        producer.send(
            new ProducerRecord<>(
                TopicCatalogue.PROMPTS_RAW.name(),
                ("{\"" + field + "\": \"" + i + "\"}").getBytes(UTF_8)));
      }
    }
  }

  /** Counts what is committed. */
  private static final class Outcomes implements AutoCloseable {
    private final TopicReader reader;
    private long count;

    Outcomes(BrokerAndRegistry running) {
      assertThat(
              Invocation.of("", "topics", "create", "--bootstrap", running.cluster.bootstrap())
                  .code())
          .isZero();
      assertThat(
              Invocation.of("", "schemas", "register", "--registry", running.cluster.registry())
                  .code())
          .isZero();
      reader =
          new TopicReader(
              running.cluster.bootstrap(), OUT, new StartingPoint.Earliest(), TopicReader.PATIENCE);
    }

    long count() {
      count += reader.poll(Duration.ofMillis(100)).size();
      return count;
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
