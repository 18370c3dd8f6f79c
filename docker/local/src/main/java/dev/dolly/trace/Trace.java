package dev.dolly.trace;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.DatasetRange;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import java.util.List;
import java.util.Optional;

/**
 * What became of the prompts of one request_id, which clients may repeat, and where the answers
 * came from.
 *
 * @param answers in the order of their offsets
 * @param letters dead letters of that key
 * @param waiting prompts of that key; looked for where there is neither answer nor dead letter
 */
public record Trace(
    String requestId,
    List<Answer> answers,
    List<Found<DeadLetter>> letters,
    List<Found<Prompt>> waiting) {

  /** Whether nothing was found. */
  public boolean isEmpty() {
    return answers.isEmpty() && letters.isEmpty() && waiting.isEmpty();
  }

  /**
   * One answer.
   *
   * @param promptAt where its prompt's record was, as the answer says
   * @param prompt empty where it is there no more
   * @param origin where the prompt came from: the raw record, or what a client named
   */
  public record Answer(
      Found<Response> response,
      Optional<Place> promptAt,
      Optional<Found<Prompt>> prompt,
      Place origin,
      Model model) {}

  /**
   * A model, and how it came to be.
   *
   * @param version empty if it has none
   * @param events that name the version, in their order; none where it was started from a directory
   * @param parent that it was trained from; empty: nothing is known, or from random weights
   */
  public record Model(
      String name,
      String version,
      String digest,
      List<Found<CheckpointEvent>> events,
      Optional<Model> parent) {

    /** The event that announced it. */
    public Optional<CheckpointEvent> announced() {
      return events.stream().findFirst().map(Found::record);
    }

    /** Whether an event names other files than those that answered. */
    public boolean digestDiffers() {
      return events.stream().anyMatch(e -> !e.record().getManifestDigest().equals(digest));
    }

    /** What it was trained on last. */
    public List<DatasetRange> dataset() {
      return announced().map(CheckpointEvent::getDataset).orElse(List.of());
    }
  }
}
