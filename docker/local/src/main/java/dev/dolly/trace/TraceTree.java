package dev.dolly.trace;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.DatasetRange;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.TrainingRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A trace as a tree for people. */
public final class TraceTree {
  private static final int SHOWN = 100;
  private static final int SHOWN_DIGEST = 12;

  private TraceTree() {}

  /** The lines of it. */
  public static List<String> of(Trace trace) {
    List<String> lines = new ArrayList<>();
    for (Trace.Answer answer : trace.answers()) {
      lines.addAll(answer(answer).drawn());
    }
    for (Found<DeadLetter> letter : trace.letters()) {
      lines.addAll(letter(letter).drawn());
    }
    for (Found<Prompt> prompt : trace.waiting()) {
      lines.addAll(
          new Branch("not answered yet: prompt  " + prompt.place(), quoted(prompt.record()))
              .drawn());
    }
    return lines;
  }

  /** A line for a record that was trained on. */
  public static String of(Found<InstructionRecord> example) {
    return "%s  %s  [%s]  %s"
        .formatted(
            example.place(),
            shortDigest(example.record().getId()),
            example.record().getCategory(),
            quoted(example.record().getInstruction()));
  }

  private static Branch answer(Trace.Answer answer) {
    Response response = answer.response().record();
    Branch root =
        new Branch(
            "answer %s  %s  %s"
                .formatted(
                    response.getRequestId(),
                    answer.response().place(),
                    time(response.getCreatedAt())),
            quoted(response.getText()),
            "%s, %d tokens, seed %d"
                .formatted(
                    response.getFinishReason(), response.getGeneratedTokens(), response.getSeed()));
    return root.add(prompt(answer)).add(model("model", answer.model()));
  }

  private static Branch prompt(Trace.Answer answer) {
    Branch prompt =
        answer
            .prompt()
            .map(found -> new Branch("prompt  " + found.place(), quoted(found.record())))
            .orElseGet(
                () ->
                    new Branch(
                        answer
                            .promptAt()
                            .map(
                                at ->
                                    "prompt  " + at + ", there no more: see the topic's retention")
                            .orElse("prompt: the answer does not say where it was")));
    if (answer.promptAt().isEmpty() || !answer.promptAt().get().equals(answer.origin())) {
      prompt.add(new Branch("came from  " + answer.origin()));
    }
    return prompt;
  }

  private static Branch model(String title, Trace.Model model) {
    Branch branch =
        new Branch(
            "%s %s %s  digest %s…"
                .formatted(title, model.name(), model.version(), shortDigest(model.digest())));
    if (model.digestDiffers()) {
      branch.add(new Branch("AN EVENT NAMES ANOTHER DIGEST: these are not the files it announced"));
    }
    if (model.events().isEmpty()) {
      return branch.add(
          new Branch("no event names it: it was not announced, but taken from a directory"));
    }
    for (Found<CheckpointEvent> event : model.events()) {
      branch.add(
          new Branch(
              "%s  %s  %s  %s"
                  .formatted(
                      event.record().getStatus(),
                      event.place(),
                      time(event.record().getCreatedAt()),
                      event.record().getReason())
                  .stripTrailing()));
    }
    CheckpointEvent event = model.events().get(0).record();
    branch.add(run(event.getRun()));
    Branch dataset = new Branch("trained on %,d records of".formatted(event.getRecords()));
    for (DatasetRange range : event.getDataset()) {
      dataset.add(
          new Branch(
              "%s-%d@%d to %d"
                  .formatted(
                      range.getTopic(),
                      range.getPartition(),
                      range.getFromOffset(),
                      range.getToOffset() - 1)));
    }
    branch.add(dataset);
    model.parent().ifPresent(parent -> branch.add(model("trained from", parent)));
    return branch;
  }

  private static Branch run(TrainingRun run) {
    return new Branch(
        String.format(
            Locale.ROOT,
            "run %s: step %d, epoch %.2f, train loss %.4f%s",
            run.getRunId(),
            run.getStep(),
            run.getEpoch(),
            run.getTrainLoss(),
            run.getEvalLoss() == null
                ? ""
                : String.format(Locale.ROOT, ", eval loss %.4f", run.getEvalLoss())));
  }

  private static Branch letter(Found<DeadLetter> letter) {
    DeadLetter record = letter.record();
    return new Branch(
            "dead letter %s  %s  %s"
                .formatted(record.getErrorCode(), letter.place(), time(record.getOccurredAt())),
            record.getMessage())
        .add(
            new Branch(
                "came from  %s-%d@%d, stage %s"
                    .formatted(
                        record.getOrigin().getSource(),
                        record.getOrigin().getPartition(),
                        record.getOrigin().getOffset(),
                        record.getStage())));
  }

  private static String quoted(Prompt prompt) {
    return quoted(prompt.getInstruction());
  }

  /** On one line, cut. */
  private static String quoted(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    int end = Math.min(line.length(), SHOWN);
    if (end < line.length() && Character.isHighSurrogate(line.charAt(end - 1))) {
      end--;
    }
    return '"' + line.substring(0, end) + (end < line.length() ? "…" : "") + '"';
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private static String shortDigest(String digest) {
    return digest.substring(0, Math.min(digest.length(), SHOWN_DIGEST));
  }
}
