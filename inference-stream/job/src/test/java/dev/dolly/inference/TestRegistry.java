package dev.dolly.inference;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.dolly.schemas.registry.PublishedSchema;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** The two questions that a serde asks a registry, answered over HTTP for the whole catalogue. */
public final class TestRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BY_ID = "/schemas/ids/";
  private static final String BY_SUBJECT = "/subjects/";

  private final HttpServer server;
  private final List<Topic<? extends SpecificRecord>> topics = TopicCatalogue.avro();

  public TestRegistry() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(BY_ID, this::schemaOfId);
    server.createContext(BY_SUBJECT, this::idOfSchema);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void schemaOfId(HttpExchange exchange) throws IOException {
    int id = Integer.parseInt(exchange.getRequestURI().getPath().substring(BY_ID.length()));
    if (id < 1 || id > topics.size()) {
      notFound(exchange);
    } else {
      answer(exchange, 200, Map.of("schema", schema(topics.get(id - 1))));
    }
  }

  private void idOfSchema(HttpExchange exchange) throws IOException {
    String subject = exchange.getRequestURI().getPath().substring(BY_SUBJECT.length());
    for (int i = 0; i < topics.size(); i++) {
      Topic<? extends SpecificRecord> topic = topics.get(i);
      if (topic.subject().equals(subject)) {
        answer(
            exchange,
            200,
            Map.of("subject", subject, "id", i + 1, "version", 1, "schema", schema(topic)));
        return;
      }
    }
    notFound(exchange);
  }

  private static String schema(Topic<? extends SpecificRecord> topic) {
    return PublishedSchema.of(TopicValue.recordType(topic)).toString();
  }

  private static void notFound(HttpExchange exchange) throws IOException {
    answer(exchange, 404, Map.of("error_code", 40403, "message", "not found"));
  }

  private static void answer(HttpExchange exchange, int status, Map<String, Object> body)
      throws IOException {
    byte[] bytes = JSON.writeValueAsString(body).getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
