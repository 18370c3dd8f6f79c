package dev.dolly.client;

import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Which models the newest answers are of, and when they were given: who really serves. */
public final class LastAnswers {
  /** Of each partition. */
  private static final int NEWEST = 200;

  private record Version(String model, String version) {}

  private final Map<Version, Long> times = new HashMap<>();

  private LastAnswers() {}

  /** Reads the end of the topic of responses. */
  public static LastAnswers read(String bootstrap, PatientRegistry registry) {
    LastAnswers answers = new LastAnswers();
    RecordSerde<Response> serde = new RecordSerde<>(TopicCatalogue.RESPONSES, registry);
    try (TopicReader reader =
        new TopicReader(
            bootstrap,
            List.of(TopicCatalogue.RESPONSES.name()),
            new StartingPoint.Last(NEWEST),
            TopicReader.PATIENCE)) {
      reader.readToEnd(
          record -> {
            if (record.value() != null
                && serde.decode(record.value()) instanceof Decoded.Value<Response> response) {
              answers.add(response.record());
            }
          });
    }
    return answers;
  }

  private void add(Response response) {
    ModelRef model = response.getModel();
    times.merge(
        new Version(model.getName(), model.getVersion()), response.getCreatedAt(), Math::max);
  }

  /** Epoch ms of a version's newest answer; empty if none of the newest is of it. */
  public OptionalLong of(String model, String version) {
    Long time = times.get(new Version(model, version));
    return time == null ? OptionalLong.empty() : OptionalLong.of(time);
  }
}
