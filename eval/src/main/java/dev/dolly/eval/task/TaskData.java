package dev.dolly.eval.task;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.eval.EvaluationException;
import dev.dolly.schemas.digest.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A task's documents.
 *
 * @param documents in the order of the file, its first ones
 * @param available how many the file has
 */
public record TaskData(Task task, List<Document> documents, long available) {
  private static final JsonMapper JSON = new JsonMapper();

  public TaskData {
    documents = List.copyOf(documents);
  }

  /**
   * Reads a file of JSON lines.
   *
   * @param limit documents from the start at most
   * @throws EvaluationException when the file is not there, has none, or one is broken
   */
  public static TaskData read(Task task, Path file, int limit) {
    List<Document> documents = new ArrayList<>();
    int number = 0;
    long available = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        available++;
        if (documents.size() < limit) {
          documents.add(task.document(parse(line)));
        }
      }
    } catch (EvaluationException e) {
      throw new EvaluationException("%s, line %d: %s".formatted(file, number, e.getMessage()), e);
    } catch (IOException e) {
      throw new EvaluationException(
          "the data of %s cannot be read: %s".formatted(task.title(), e), e);
    }
    if (documents.isEmpty()) {
      throw new EvaluationException(file + " has no documents");
    }
    return new TaskData(task, documents, available);
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new EvaluationException("no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The same task with fewer documents. */
  public TaskData first(int most) {
    return new TaskData(task, documents.subList(0, Math.min(most, documents.size())), available);
  }

  /** How many requests there are. */
  public int requests() {
    return documents.stream().mapToInt(document -> document.requests().size()).sum();
  }

  /** Hex SHA-256 over the requests in their order: context, a 0, continuation, a 1. */
  public String requestsDigest() {
    MessageDigest digest = Sha256.start();
    documents.forEach(document -> add(digest, document));
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Hex SHA-256 over each document: its requests as above, then the right choice's number. */
  public String digest() {
    MessageDigest digest = Sha256.start();
    for (Document document : documents) {
      add(digest, document);
      digest.update((byte) document.gold());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, Document document) {
    for (Request request : document.requests()) {
      digest.update(request.context().getBytes(UTF_8));
      digest.update((byte) 0);
      digest.update(request.continuation().getBytes(UTF_8));
      digest.update((byte) 1);
    }
  }
}
