package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.trace.Found;
import dev.dolly.trace.Place;
import dev.dolly.trace.Trace;
import java.util.List;
import org.apache.avro.generic.IndexedRecord;

/** A trace as JSON: docs/lineage.md has its shape. */
final class TraceJson {
  private TraceJson() {}

  static ObjectNode of(Trace trace) {
    ObjectNode root = Json.object().put("request_id", trace.requestId());
    ArrayNode answers = root.putArray("answers");
    trace.answers().forEach(answer -> answers.add(answer(answer)));
    add(root.putArray("dead_letters"), trace.letters());
    add(root.putArray("prompts"), trace.waiting());
    return root;
  }

  private static ObjectNode answer(Trace.Answer answer) {
    ObjectNode node = found(answer.response());
    node.set(
        "prompt",
        answer
            .prompt()
            .map(TraceJson::found)
            .or(() -> answer.promptAt().map(at -> Json.object().<ObjectNode>set("at", place(at))))
            .orElse(null));
    node.set("origin", place(answer.origin()));
    node.set("model", model(answer.model()));
    return node;
  }

  private static ObjectNode model(Trace.Model model) {
    ObjectNode node =
        Json.object()
            .put("name", model.name())
            .put("version", model.version())
            .put("digest", model.digest())
            .put("digest_differs", model.digestDiffers());
    add(node.putArray("events"), model.events());
    if (model.announced().isPresent()) {
      CheckpointEvent event = model.announced().get();
      node.set("run", Json.of(event.getRun()));
      node.set("dataset", Json.array(event.getDataset()));
      node.put("records", event.getRecords());
    }
    node.set("parent", model.parent().map(TraceJson::model).orElse(null));
    return node;
  }

  private static void add(ArrayNode array, List<? extends Found<? extends IndexedRecord>> all) {
    all.forEach(found -> array.add(found(found)));
  }

  static ObjectNode found(Found<? extends IndexedRecord> found) {
    ObjectNode node = Json.object();
    node.set("at", place(found.place()));
    node.set("record", Json.of(found.record()));
    return node;
  }

  private static ObjectNode place(Place place) {
    return Json.object()
        .put("topic", place.topic())
        .put("partition", place.partition())
        .put("offset", place.offset());
  }
}
