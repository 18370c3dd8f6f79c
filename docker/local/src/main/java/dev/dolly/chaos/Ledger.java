package dev.dolly.chaos;

import dev.dolly.client.ChunkedAnswer;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.deadletter.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was sent, held against what was committed: each prompt by its request_id, which the load
 * makes unique, and each outcome by the position of the prompt record that it names. Not thread
 * safe.
 */
final class Ledger {
  /** A prompt that could not be parsed has its id in its bytes only. */
  private static final Pattern ID_IN_JSON = Pattern.compile("\"request_id\":\"([^\"]+)\"");

  private final Map<String, Account> accounts = new LinkedHashMap<>();
  private final Set<String> positions = new HashSet<>();
  private final List<String> strangers = new ArrayList<>();
  private final Set<String> positionsTwice = new HashSet<>();

  /** All that is known of one prompt. */
  private static final class Account {
    private final Expected expected;
    private final List<Answer> answers = new ArrayList<>();
    private final List<ErrorCode> deadLetters = new ArrayList<>();
    private final ChunkedAnswer chunks = new ChunkedAnswer();

    Account(Expected expected) {
      this.expected = expected;
    }

    int outcomes() {
      return answers.size() + deadLetters.size();
    }
  }

  /** What is kept of an answer. */
  private record Answer(String text, int generated, int resumed, long createdAt) {}

  /** A prompt was sent. */
  void sent(String id, Expected expected) {
    if (accounts.put(id, new Account(expected)) != null) {
      throw new IllegalArgumentException("the load has two prompts " + id);
    }
  }

  /**
   * A committed answer.
   *
   * @param position of its prompt record, as its header says
   */
  void response(Response response, Optional<String> position) {
    position.ifPresent(this::position);
    Account account = accounts.get(response.getRequestId());
    if (account == null) {
      strangers.add(response.getRequestId());
      return;
    }
    account.answers.add(
        new Answer(
            response.getText(),
            response.getGeneratedTokens(),
            response.getResumedTokens(),
            response.getCreatedAt()));
  }

  /**
   * A committed dead letter.
   *
   * @param position of its prompt record, as its header says; one of ingest's has none
   */
  void deadLetter(DeadLetter letter, Optional<String> position) {
    position.ifPresent(this::position);
    String id = letter.getRequestId() == null ? idInside(letter) : letter.getRequestId();
    Account account = accounts.get(id);
    if (account == null) {
      strangers.add(id);
      return;
    }
    account.deadLetters.add(letter.getErrorCode());
  }

  /** A piece of an answer; those of one partition in the order of their offsets. */
  void chunk(ResponseChunk chunk) {
    Account account = accounts.get(chunk.getRequestId());
    if (account != null) {
      account.chunks.add(chunk);
    }
  }

  /** Adds up what came so far. */
  Count count() {
    List<String> missing = new ArrayList<>();
    List<String> twice = new ArrayList<>();
    List<String> unexpected = new ArrayList<>();
    List<String> rebuiltWrongly = new ArrayList<>();
    Map<ErrorCode, Integer> deadLetters = new EnumMap<>(ErrorCode.class);
    Map<Long, Long> tokensBySecond = new HashMap<>();
    int answers = 0;
    int resumed = 0;
    long resumedTokens = 0;
    for (Map.Entry<String, Account> entry : accounts.entrySet()) {
      String id = entry.getKey();
      Account account = entry.getValue();
      if (account.outcomes() == 0) {
        missing.add(id);
      } else if (account.outcomes() > 1) {
        twice.add(id);
      }
      boolean asExpected = account.expected.codes().containsAll(account.deadLetters);
      account.deadLetters.forEach(code -> deadLetters.merge(code, 1, Integer::sum));
      for (Answer answer : account.answers) {
        answers++;
        asExpected &= account.expected.answer();
        resumed += answer.resumed() > 0 ? 1 : 0;
        resumedTokens += answer.resumed();
        tokensBySecond.merge(
            Math.floorDiv(answer.createdAt(), 1000L), (long) answer.generated(), Long::sum);
        if (!account.chunks.isWhole() || !account.chunks.text().equals(answer.text())) {
          rebuiltWrongly.add(id);
        }
      }
      if (!asExpected) {
        unexpected.add(id);
      }
    }
    strangers.forEach(id -> unexpected.add(id + " (never sent)"));
    positionsTwice.forEach(position -> twice.add("the prompt at " + position));
    return new Count(
        accounts.size(),
        answers,
        deadLetters,
        missing,
        twice,
        unexpected,
        rebuiltWrongly,
        resumed,
        resumedTokens,
        tokensBySecond);
  }

  private void position(String position) {
    if (!positions.add(position)) {
      positionsTwice.add(position);
    }
  }

  private static String idInside(DeadLetter letter) {
    String payload = StandardCharsets.UTF_8.decode(letter.getPayload().duplicate()).toString();
    Matcher matcher = ID_IN_JSON.matcher(payload);
    return matcher.find() ? matcher.group(1) : DeadLetters.key(letter);
  }
}
