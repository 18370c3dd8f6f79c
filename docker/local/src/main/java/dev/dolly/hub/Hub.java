package dev.dolly.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A hub of Hugging Face's layout. Safe for use from several threads.
 *
 * @see <a href="https://huggingface.co/docs/hub/api">the interface</a>
 */
public final class Hub {
  private static final String PUBLIC = "https://huggingface.co";
  private static final String DEFAULT_REVISION = "main";
  private static final Duration CONNECT = Duration.ofSeconds(15);

  /** For a list to come. */
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1) // for one big file after the other it is enough
          .followRedirects(HttpClient.Redirect.NEVER) // a token is for the hub alone
          .connectTimeout(CONNECT)
          .build();
  private final URI endpoint;
  private final Optional<String> token;

  /**
   * @param endpoint base of all addresses
   * @param token of a user, for what not everybody may read
   */
  public Hub(URI endpoint, Optional<String> token) {
    this.endpoint = endpoint;
    this.token = token;
  }

  /**
   * The hub that {@code HF_ENDPOINT} names, the public one without it, with the token in {@code
   * HF_TOKEN} if there is one.
   *
   * @throws HubException when that is no address
   */
  public static Hub of(Map<String, String> environment) {
    String base =
        Optional.ofNullable(environment.get("HF_ENDPOINT"))
            .map(text -> text.strip().replaceAll("/+$", ""))
            .filter(text -> !text.isEmpty())
            .orElse(PUBLIC);
    if (!base.matches("https?://[^/\\s?#]+[^\\s?#]*")) {
      throw new HubException("HF_ENDPOINT is no address of a hub such as " + PUBLIC + ": " + base);
    }
    try {
      return new Hub(
          URI.create(base),
          Optional.ofNullable(environment.get("HF_TOKEN"))
              .map(String::strip)
              .filter(text -> !text.isEmpty()));
    } catch (IllegalArgumentException e) {
      throw new HubException("HF_ENDPOINT is no address of a hub: " + e.getMessage(), e);
    }
  }

  /**
   * Asks what a repository holds.
   *
   * @throws HubException when there is no such repository, it may not be read, or no hub answers
   */
  public Snapshot list(Repo repo) throws InterruptedException {
    URI uri =
        address(
            repo.type().api()
                + repo.name()
                + repo.revision().map(r -> "/revision/" + encoded(r)).orElse("")
                + "?blobs=true");
    HttpResponse<byte[]> response = send(uri);
    if (response.statusCode() != 200) {
      throw refused(repo, uri, response);
    }
    try {
      JsonNode root = JSON.readTree(response.body());
      if (!root.path("siblings").isArray()) {
        throw new HubException(uri + " does not answer as a hub does: no siblings");
      }
      List<HubFile> files = new ArrayList<>();
      root.get("siblings").forEach(file -> files.add(file(file)));
      String commit = root.path("sha").asText(repo.revision().orElse(DEFAULT_REVISION));
      return new Snapshot(repo, commit, files);
    } catch (JsonProcessingException e) {
      throw new HubException(uri + " does not answer as a hub does: no JSON", e);
    } catch (IOException e) {
      throw new HubException(uri + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The address of a file's content, which may lead to another. */
  URI address(Snapshot snapshot, HubFile file) {
    return address(
        snapshot.repo().type().files()
            + snapshot.repo().name()
            + "/resolve/"
            + encoded(snapshot.commit())
            + "/"
            + Arrays.stream(file.name().split("/"))
                .map(Hub::encoded)
                .collect(Collectors.joining("/")));
  }

  /**
   * A request for that address.
   *
   * @param headers beside the token, which goes to the hub itself alone
   */
  HttpRequest.Builder request(URI uri, Map<String, String> headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    headers.forEach(request::header);
    if (isMine(uri)) {
      token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    }
    return request;
  }

  HttpClient client() {
    return client;
  }

  private HttpResponse<byte[]> send(URI uri) throws InterruptedException {
    try {
      return client.send(
          request(uri, Map.of()).timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private HubException unreachable(IOException e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new HubException(
        "cannot reach the hub at "
            + endpoint
            + " ("
            + reason
            + "); check the network, or name another hub with HF_ENDPOINT",
        e);
  }

  /** Why an answer is none. */
  HubException refused(Repo repo, URI uri, HttpResponse<?> response) {
    return new HubException(
        switch (response.statusCode()) {
          case 401 ->
              "there is no %s at %s, or it needs a token: %s"
                  .formatted(
                      repo,
                      endpoint,
                      token.isPresent()
                          ? "the one in HF_TOKEN is not accepted"
                          : "set HF_TOKEN to one of yours");
          case 403 ->
              "%s may not be read%s; ask for access at %s"
                  .formatted(
                      repo,
                      token.isPresent() ? " with the token in HF_TOKEN" : " without HF_TOKEN",
                      address(repo.type().files() + repo.name()));
          case 404 -> "there is no %s at %s: %s answers 404".formatted(repo, endpoint, uri);
          default -> "%s: %s answers %d".formatted(repo, uri, response.statusCode());
        });
  }

  private boolean isMine(URI uri) {
    return endpoint.getScheme().equals(uri.getScheme())
        && endpoint.getAuthority().equals(uri.getAuthority());
  }

  private URI address(String path) {
    return URI.create(endpoint + "/" + path);
  }

  private static HubFile file(JsonNode node) {
    JsonNode large = node.path("lfs");
    Optional<ContentDigest> sha =
        ContentDigest.of(ContentDigest.Kind.SHA_256, large.path("sha256").asText(""));
    JsonNode size = large.path("size").isIntegralNumber() ? large.get("size") : node.path("size");
    return new HubFile(
        node.path("rfilename").asText(""),
        size.isIntegralNumber() ? OptionalLong.of(size.longValue()) : OptionalLong.empty(),
        large.isObject()
            ? sha // its blobId is that of the pointer in git
            : ContentDigest.of(ContentDigest.Kind.GIT_BLOB, node.path("blobId").asText("")));
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
