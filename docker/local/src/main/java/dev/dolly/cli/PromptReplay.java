package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.client.PartitionReader;
import dev.dolly.client.TopicReader;
import dev.dolly.eval.shadow.Comparison;
import dev.dolly.json.Json;
import dev.dolly.replay.NotReplayableException;
import dev.dolly.replay.ReplayedPrompts;
import dev.dolly.replay.Selection;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;

/** Records as prompts: printed, sent, or sent and compared. */
final class PromptReplay {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Terminal terminal;
  private final Cluster cluster;
  private final PatientRegistry schemas;
  private final ObjectNode params;
  private final FieldEdit[] edits;

  /**
   * @param params over those of the prompts
   * @param edits made to each prompt
   */
  PromptReplay(Terminal terminal, Cluster cluster, ObjectNode params, FieldEdit[] edits) {
    this.terminal = terminal;
    this.cluster = cluster;
    this.schemas = cluster.schemas();
    this.params = params;
    this.edits = edits;
  }

  void print(PartitionReader reader, Selection selection) {
    long failed =
        each(reader, selection, (record, prompt) -> terminal.out().print(Json.line(prompt) + "\n"));
    terminal.out().flush();
    requireAll(failed);
  }

  void send(PartitionReader reader, Selection selection) throws InterruptedException {
    try (PromptSending sending = new PromptSending(cluster, terminal)) {
      long failed = each(reader, selection, (record, prompt) -> send(sending, prompt));
      sending.await();
      failed += sending.refused().size();
      terminal.result(
          Json.line(
              Json.object()
                  .put("topic", TopicCatalogue.PROMPTS_RAW.name())
                  .put("prompts", sending.count())
                  .put("refused", failed)));
      requireAll(failed);
    }
  }

  private static void send(PromptSending sending, ObjectNode prompt) {
    try {
      sending.send(Json.line(prompt).getBytes(UTF_8), id(prompt));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static String id(ObjectNode prompt) {
    return prompt.path("request_id").asText();
  }

  /**
   * @param patience for the next answer
   */
  void compare(PartitionReader reader, Selection selection, Duration patience)
      throws InterruptedException {
    RecordSerde<Response> serde = new RecordSerde<>(TopicCatalogue.RESPONSES, schemas);
    Map<String, String> before = new HashMap<>();
    Map<Comparison, Long> counts = new EnumMap<>(Comparison.class);
    long dead = 0;
    long failed;
    long sent;
    try (AnswerReader answers = new AnswerReader(cluster, schemas, false);
        PromptSending sending = new PromptSending(cluster, terminal)) {
      failed =
          each(
              reader,
              selection,
              (record, prompt) -> {
                before.put(id(prompt), text(serde, record));
                send(sending, prompt);
              });
      sending.await();
      sent = sending.count();
      failed += sending.refused().size();
      before.keySet().removeAll(sending.refused());
      ProgressLine progress = new ProgressLine(terminal);
      long end = System.nanoTime() + patience.toNanos();
      while (!before.isEmpty() && System.nanoTime() < end) {
        for (AnswerReader.Event event : answers.poll(POLL)) {
          String old = before.remove(event.requestId());
          if (old == null) {
            continue;
          }
          end = System.nanoTime() + patience.toNanos();
          if (event instanceof AnswerReader.Answered answered) {
            Comparison found = Comparison.of(old, answered.response().getText());
            counts.merge(found, 1L, Long::sum);
            if (found != Comparison.EQUAL) {
              terminal.progress(
                  "%s: %s".formatted(event.requestId(), found.name().toLowerCase(Locale.ROOT)));
            }
          } else {
            dead++;
          }
        }
        progress.show(() -> "waiting for %,d answers".formatted(before.size()));
      }
    }
    ObjectNode result = Json.object().put("prompts", sent);
    for (Comparison each : Comparison.values()) {
      result.put(each.name().toLowerCase(Locale.ROOT), counts.getOrDefault(each, 0L));
    }
    terminal.result(
        Json.line(
            result
                .put("dead_letters", dead)
                .put("unanswered", before.size())
                .put("refused", failed)));
    requireAll(failed);
    if (!before.isEmpty()) {
      throw new CommandException(
          before.size()
              + " prompts had no answer within "
              + patience.toSeconds()
              + " s of the last");
    }
  }

  /**
   * Makes the prompts; says on standard error which records make none.
   *
   * @return how many those are
   */
  private long each(
      PartitionReader reader,
      Selection selection,
      BiConsumer<ConsumerRecord<byte[], byte[]>, ObjectNode> consumer) {
    long[] failed = new long[1];
    try (PartitionReader seeks = new PartitionReader(cluster.bootstrap(), TopicReader.PATIENCE)) {
      ReplayedPrompts prompts = new ReplayedPrompts(seeks, schemas, params);
      selection.read(
          reader,
          record -> {
            try {
              ObjectNode prompt = prompts.of(record);
              for (FieldEdit edit : edits) {
                edit.apply(prompt);
              }
              consumer.accept(record, prompt);
            } catch (NotReplayableException e) {
              failed[0]++;
              terminal.progress(
                  "%s-%d@%d: %s"
                      .formatted(
                          record.topic(), record.partition(), record.offset(), e.getMessage()));
            }
          });
    }
    return failed[0];
  }

  private static String text(RecordSerde<Response> serde, ConsumerRecord<byte[], byte[]> record) {
    return serde.decode(record.value()) instanceof Decoded.Value<Response> answer
        ? answer.record().getText()
        : "";
  }

  private static void requireAll(long failed) {
    if (failed > 0) {
      throw new CommandException(
          failed + " records make no prompt that can be sent, see their lines");
    }
  }
}
