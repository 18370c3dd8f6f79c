package dev.dolly.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/**
 * Brings one file of a repository here. What has come lies in {@code NAME.part} beside it until it
 * is whole and its content is what the hub says; a connection that breaks is taken up where it
 * broke, also by a later download. Used once, on one thread.
 */
final class Download {
  /** In a row, that bring nothing. */
  private static final int TRIES = 5;

  private static final int REDIRECTS = 5;
  private static final Duration LOOK = Duration.ofMillis(100);

  /** A connection that brings nothing for so long is taken for broken. */
  private static final Duration STALLED = Duration.ofSeconds(60);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final Hub hub;
  private final Snapshot snapshot;
  private final HubFile file;
  private final Path target;
  private final Path part;
  private final Pause pause;

  /** Where the list did not tell, as the answer's headers do. */
  private Optional<ContentDigest> digest;

  private boolean continued;

  /** Lets time pass between two tries. */
  @FunctionalInterface
  interface Pause {
    void await(Duration duration) throws InterruptedException;
  }

  /**
   * @param directory that the file comes to, under its name
   */
  Download(Hub hub, Snapshot snapshot, HubFile file, Path directory, Pause pause) {
    this.hub = hub;
    this.snapshot = snapshot;
    this.file = file;
    this.pause = pause;
    target = directory.resolve(file.name());
    part = target.resolveSibling(target.getFileName() + ".part");
    digest = file.digest();
  }

  /**
   * Runs to the end; nothing is fetched where the file is there already.
   *
   * @param progress hears, on this thread, how many bytes of it are here
   * @throws HubException when it cannot be had, or is not what the hub says
   */
  void run(LongConsumer progress) throws InterruptedException, IOException {
    if (!file.isAt(target)) {
      Files.createDirectories(target.getParent());
      if (digest.isEmpty()) {
        Files.deleteIfExists(part); // nothing would tell whether it is of this content
      }
      fetch(progress);
      if (continued && !isRight()) {
        Files.delete(part); // it may have been begun with another content
        fetch(progress);
      }
      keep();
    }
    progress.accept(Files.size(target));
  }

  private void keep() throws IOException {
    if (!isRight()) {
      long size = Files.size(part);
      Files.delete(part);
      throw new HubException(
          "%s of %s has not the content that the hub names%s%s: %d bytes came that differ; they are not kept"
              .formatted(
                  file.name(),
                  snapshot.repo(),
                  file.size().isPresent() ? ", " + file.size().getAsLong() + " bytes" : "",
                  digest.map(d -> ", " + d.kind() + " " + d.hex()).orElse(""),
                  size));
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private boolean isRight() throws IOException {
    return new HubFile(file.name(), file.size(), digest).isAt(part);
  }

  private void fetch(LongConsumer progress) throws InterruptedException, IOException {
    Duration wait = FIRST_PAUSE;
    int vain = 0;
    while (true) {
      long before = bytesHere();
      try {
        attempt(before, progress);
        return;
      } catch (IOException e) {
        if (bytesHere() > before) {
          vain = 0;
          wait = FIRST_PAUSE;
          continue; // it broke, and may go on
        }
        if (++vain == TRIES) {
          throw new HubException(
              "%s of %s cannot be fetched (%s); what came is kept, and the next time goes on with it"
                  .formatted(file.name(), snapshot.repo(), reason(e)),
              e);
        }
      }
      pause.await(wait);
      wait = wait.multipliedBy(2);
    }
  }

  /**
   * One connection, or as many as the hub sends it on to.
   *
   * @throws IOException when another try may go better
   */
  private void attempt(long offset, LongConsumer progress)
      throws IOException, InterruptedException {
    if (offset > 0 && file.size().isPresent() && offset == file.size().getAsLong()) {
      return; // it broke behind the last byte
    }
    Map<String, String> headers = offset > 0 ? Map.of("Range", "bytes=" + offset + "-") : Map.of();
    URI uri = hub.address(snapshot, file);
    for (int redirects = 0; redirects <= REDIRECTS; redirects++) {
      HttpResponse<Path> response = receive(hub.request(uri, headers).build(), offset, progress);
      learnDigest(response.headers());
      int status = response.statusCode();
      if (status == 200 || (status == 206 && beginsAt(offset, response.headers()))) {
        return;
      }
      if (status == 416) {
        Files.deleteIfExists(part); // longer than the file is: of another content
      }
      if (status == 206 || status == 416 || status == 429 || status >= 500) {
        throw new IOException(uri + " answers " + status);
      }
      if (status < 300 || status >= 400) {
        throw hub.refused(snapshot.repo(), uri, response);
      }
      uri = target(uri, response);
    }
    throw new HubException(
        file.name() + " of " + snapshot.repo() + ": the hub sends us in circles");
  }

  private static URI target(URI uri, HttpResponse<?> response) {
    URI target =
        response
            .headers()
            .firstValue("Location")
            .map(uri::resolve)
            .orElseThrow(() -> new HubException(uri + " sends us on, but not where to"));
    if (uri.getScheme().equals("https") && !"https".equals(target.getScheme())) {
      throw new HubException(uri + " sends us on to an address that is not safe: " + target);
    }
    return target;
  }

  private HttpResponse<Path> receive(HttpRequest request, long offset, LongConsumer progress)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<Path>> coming =
        hub.client()
            .sendAsync(
                request,
                info ->
                    switch (info.statusCode()) {
                      case 200 ->
                          BodyHandlers.ofFile(
                                  part,
                                  StandardOpenOption.CREATE,
                                  StandardOpenOption.TRUNCATE_EXISTING,
                                  StandardOpenOption.WRITE)
                              .apply(info);
                      case 206 -> beginsAt(offset, info.headers()) ? rest(info) : discarded();
                      default -> discarded();
                    });
    long seen = -1;
    long end = 0;
    while (true) {
      long here = bytesHere();
      if (here != seen) {
        seen = here;
        end = System.nanoTime() + STALLED.toNanos();
        progress.accept(here);
      } else if (System.nanoTime() > end) {
        coming.cancel(true);
        throw new HttpTimeoutException("nothing came for " + STALLED.toSeconds() + " s");
      }
      try {
        return coming.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // It goes on.
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException failure
            ? failure
            : new IOException(e.getCause().toString(), e.getCause());
      }
    }
  }

  private HttpResponse.BodySubscriber<Path> rest(HttpResponse.ResponseInfo info) {
    continued = true;
    return BodyHandlers.ofFile(part, StandardOpenOption.WRITE, StandardOpenOption.APPEND)
        .apply(info);
  }

  private HttpResponse.BodySubscriber<Path> discarded() {
    return BodySubscribers.replacing(part);
  }

  private static boolean beginsAt(long offset, HttpHeaders headers) {
    return headers.firstValue("Content-Range").orElse("").startsWith("bytes " + offset + "-");
  }

  /** A large file's is that of its content, whatever the store behind the hub calls it. */
  private void learnDigest(HttpHeaders headers) {
    if (digest.isEmpty()) {
      digest =
          headers
              .firstValue("X-Linked-Etag")
              .or(() -> headers.firstValue("ETag"))
              .flatMap(tag -> ContentDigest.of(ContentDigest.Kind.SHA_256, tag));
    }
  }

  private long bytesHere() throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
