package dev.dolly.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A hub of Hugging Face's layout with one repository. Its binary files count as large: they lie in
 * a store under another authority, which the hub sends clients on to.
 */
public final class HubServer implements AutoCloseable {
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final ObjectMapper JSON = new ObjectMapper();

  public final Map<String, byte[]> files = new TreeMap<>();

  /** Digests that the hub names in place of the right ones, by file. */
  final Map<String, String> wrongDigests = new TreeMap<>();

  /** After so many bytes a connection breaks, once, by file. */
  final Map<String, Integer> breaks = new TreeMap<>();

  /** Status of the next answers in place of files. */
  final List<Integer> troubles = new CopyOnWriteArrayList<>();

  /** {@code PATH RANGE AUTHORIZATION}, of the latter two what there was. */
  public final List<String> requests = new CopyOnWriteArrayList<>();

  /** What a client must have. */
  Optional<String> token = Optional.empty();

  /** Whether the list says more of files than their names. */
  boolean detailed = true;

  private final String repo;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /**
   * @param repo as its addresses have it, {@code owner/name} or {@code datasets/owner/name}
   */
  public HubServer(String repo) throws IOException {
    this.repo = repo;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String api = "/api/" + (repo.startsWith("datasets/") ? repo : "models/" + repo);
    server.createContext("/", exchange -> answer(exchange, 404));
    server.createContext(api, this::list);
    server.createContext("/" + repo + "/resolve/" + COMMIT + "/", this::resolve);
    server.createContext("/store/", this::store);
    server.setExecutor(threads);
    server.start();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  Hub hub() {
    return new Hub(endpoint(), token);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void list(HttpExchange exchange) throws IOException {
    note(exchange);
    if (!mayRead(exchange)) {
      answer(exchange, 401);
      return;
    }
    ObjectNode root = JSON.createObjectNode().put("sha", COMMIT);
    ArrayNode siblings = root.putArray("siblings");
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      ObjectNode one = siblings.addObject().put("rfilename", file.getKey());
      if (!detailed) {
        continue;
      }
      one.put("size", file.getValue().length).put("blobId", blobId(file.getValue()));
      if (isLarge(file.getKey())) {
        one.putObject("lfs").put("sha256", sha256(file)).put("size", file.getValue().length);
      }
    }
    answer(exchange, 200, JSON.writeValueAsBytes(root));
  }

  private void resolve(HttpExchange exchange) throws IOException {
    note(exchange);
    String path = exchange.getRequestURI().getPath();
    String name = path.substring(path.indexOf(COMMIT) + COMMIT.length() + 1);
    byte[] content = files.get(name);
    if (content == null) {
      answer(exchange, 404);
    } else if (!mayRead(exchange)) {
      answer(exchange, 401);
    } else if (!troubles.isEmpty()) {
      answer(exchange, troubles.remove(0));
    } else if (isLarge(name)) {
      exchange.getResponseHeaders().add("X-Linked-Etag", "\"" + sha256(name, content) + "\"");
      exchange
          .getResponseHeaders()
          .add("Location", "http://localhost:" + server.getAddress().getPort() + "/store/" + name);
      answer(exchange, 302);
    } else {
      content(exchange, name, content);
    }
  }

  private void store(HttpExchange exchange) throws IOException {
    note(exchange);
    String name = exchange.getRequestURI().getPath().substring("/store/".length());
    content(exchange, name, files.get(name));
  }

  private void content(HttpExchange exchange, String name, byte[] content) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (from >= content.length && from > 0) {
      answer(exchange, 416);
      return;
    }
    if (range != null) {
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range",
              "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    }
    Integer breaksAt = breaks.remove(name);
    int to = breaksAt == null ? content.length : Math.max(from, breaksAt);
    exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
    OutputStream out = exchange.getResponseBody();
    out.write(content, from, to - from);
    out.flush();
    exchange.close(); // too early, the connection breaks
  }

  private boolean mayRead(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    return token.isEmpty() || ("Bearer " + token.get()).equals(given);
  }

  private void note(HttpExchange exchange) {
    StringBuilder request = new StringBuilder(exchange.getRequestURI().getPath());
    for (String header : List.of("Range", "Authorization")) {
      String value = exchange.getRequestHeaders().getFirst(header);
      request.append(value == null ? "" : " " + value);
    }
    requests.add(request.toString());
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    answer(exchange, status, "no file".getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static boolean isLarge(String name) {
    return name.endsWith(".safetensors") || name.endsWith(".bin");
  }

  private String sha256(Map.Entry<String, byte[]> file) {
    return sha256(file.getKey(), file.getValue());
  }

  private String sha256(String name, byte[] content) {
    return wrongDigests.getOrDefault(name, hex("SHA-256", content));
  }

  private static String blobId(byte[] content) {
    byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[header.length + content.length];
    System.arraycopy(header, 0, all, 0, header.length);
    System.arraycopy(content, 0, all, header.length, content.length);
    return hex("SHA-1", all);
  }

  private static String hex(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
