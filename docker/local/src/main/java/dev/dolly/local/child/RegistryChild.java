package dev.dolly.local.child;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The main class of the registry's process: the registry's own main, tied to the parent. */
public final class RegistryChild {
  private static final String URL = "url";
  private static final String REGISTRY_MAIN = "io.quarkus.runner.GeneratedMain";
  private static final int POLL_MILLIS = 50;
  private static final int ANSWER_MILLIS = 5_000;

  /** How long the registry may take to close its database in order. */
  private static final int GRACE_MILLIS = 3_000;

  private RegistryChild() {}

  /**
   * What it reads from its parent.
   *
   * @param url base of the registry's interface, as its other options make it
   */
  public static Map<String, String> settings(String url) {
    return Map.of(URL, url);
  }

  public static void main(String[] args) throws ReflectiveOperationException {
    ParentLink parent = ParentLink.open(RegistryChild::stop);
    String url = parent.settings().get(URL);
    Thread ready = new Thread(() -> sayWhenReady(parent, url), "ready");
    ready.setDaemon(true);
    ready.start();
    Class.forName(REGISTRY_MAIN).getMethod("main", String[].class).invoke(null, (Object) args);
  }

  private static void sayWhenReady(ParentLink parent, String url) {
    URI probe = URI.create(url + "/subjects");
    try {
      while (!answers(probe)) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      parent.progress("schema registry on " + url);
      parent.ready();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean answers(URI probe) {
    try {
      HttpURLConnection connection = (HttpURLConnection) probe.toURL().openConnection();
      connection.setReadTimeout(ANSWER_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  private static void stop() {
    Thread grace =
        new Thread(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(GRACE_MILLIS);
                Runtime.getRuntime().halt(0);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "grace");
    grace.setDaemon(true);
    grace.start();
    System.exit(0);
  }
}
