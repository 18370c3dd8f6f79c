package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import dev.dolly.schemas.registry.PublishedSchema;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolly schemas check}. */
@Command(
    name = "check",
    description = {
      "Compares this program's schemas with the registry's and prints one JSON object a subject,"
          + " with a status: registered, missing, compatible (it would become a new version) or"
          + " incompatible.",
      "Fails unless all are registered."
    })
final class SchemasCheckCommand implements Callable<Integer> {
  private static final int NOT_FOUND = 404;

  private final Terminal terminal;

  @Mixin private ClusterOptions cluster;

  SchemasCheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    String url = cluster.registryUrl();
    SchemaRegistryClient client = SchemaRegistries.connect(url);
    boolean allRegistered = true;
    try {
      for (Topic<? extends SpecificRecord> topic : TopicCatalogue.avro()) {
        String status = status(client, topic);
        ObjectNode line = Json.object().put("subject", topic.subject()).put("status", status);
        terminal.result(Json.line(line));
        allRegistered &= status.equals("registered");
      }
    } catch (IOException | RestClientException e) {
      throw new CommandException(
          "the schema registry at " + url + " does not answer: " + e.getMessage(), e);
    }
    if (!allRegistered) {
      throw new CommandException(
          "not all schemas are registered at " + url + "; `dolly schemas register` does that");
    }
    return 0;
  }

  private static String status(SchemaRegistryClient client, Topic<? extends SpecificRecord> topic)
      throws IOException, RestClientException {
    AvroSchema schema = new AvroSchema(PublishedSchema.of(TopicValue.recordType(topic)));
    try {
      client.getId(topic.subject(), schema);
      return "registered";
    } catch (RestClientException e) {
      if (e.getStatus() != NOT_FOUND) {
        throw e;
      }
    }
    if (!client.getAllSubjects().contains(topic.subject())) {
      return "missing";
    }
    return client.testCompatibility(topic.subject(), schema) ? "compatible" : "incompatible";
  }
}
