package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.client.PartitionReader;
import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.eval.shadow.RecordedAnswer;
import dev.dolly.inference.generate.EngineRequests;
import dev.dolly.json.Json;
import dev.dolly.replay.NotReplayableException;
import dev.dolly.replay.ReplayedPrompts;
import dev.dolly.replay.Selection;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.prompt.ParsedPrompt;
import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.prompt.PromptParser;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A cluster's answers with the prompts that they were given to. */
record RecordedAnswers(Cluster cluster, Terminal terminal) {
  /** Cut by the clock or by a user: nothing to compare with. */
  private static final Set<FinishReason> CUT =
      EnumSet.of(FinishReason.DEADLINE, FinishReason.CANCELLED, FinishReason.UNKNOWN);

  private static final PromptParser PARSER = new PromptParser(PromptLimits.defaults());

  /**
   * Reads the first of them; says on standard error which have no prompt any more.
   *
   * @param limit how many
   * @param format of the model that is to answer them again
   */
  List<RecordedAnswer> read(StartingPoint from, int limit, PromptFormat format) {
    PatientRegistry schemas = cluster.schemas();
    RecordSerde<Response> serde = new RecordSerde<>(TopicCatalogue.RESPONSES, schemas);
    List<RecordedAnswer> answers = new ArrayList<>();
    try (PartitionReader reader = open();
        PartitionReader seeks = open()) {
      ReplayedPrompts prompts = new ReplayedPrompts(seeks, schemas, Json.object());
      Selection selection =
          new Selection(
              reader.spans(TopicCatalogue.RESPONSES.name(), from, new StartingPoint.Latest()),
              Optional.empty(),
              record -> true,
              false,
              OptionalInt.empty(),
              0);
      selection.read(
          reader,
          record -> {
            if (answers.size() < limit
                && serde.decode(record.value()) instanceof Decoded.Value<Response> answer
                && !CUT.contains(answer.record().getFinishReason())) {
              again(prompts, record, answer.record(), format).ifPresent(answers::add);
            }
          });
    }
    return answers;
  }

  private PartitionReader open() {
    return new PartitionReader(cluster.bootstrap(), TopicReader.PATIENCE);
  }

  private Optional<RecordedAnswer> again(
      ReplayedPrompts prompts,
      ConsumerRecord<byte[], byte[]> record,
      Response answer,
      PromptFormat format) {
    try {
      ObjectNode prompt = prompts.of(record);
      Origin place = new Origin(record.topic(), record.partition(), record.offset());
      ParsedPrompt parsed =
          PARSER.parse(
              Json.line(prompt).getBytes(StandardCharsets.UTF_8), place, record.timestamp());
      if (parsed instanceof ParsedPrompt.Accepted accepted) {
        return Optional.of(
            new RecordedAnswer(EngineRequests.of(accepted.prompt(), format), answer));
      }
      throw new CommandException(
          "%s: its prompt cannot be asked again: %s"
              .formatted(answer.getRequestId(), ((ParsedPrompt.Rejected) parsed).message()));
    } catch (NotReplayableException e) {
      terminal.progress(answer.getRequestId() + ": " + e.getMessage());
      return Optional.empty();
    }
  }
}
