package dev.dolly.local;

import dev.dolly.local.child.ParentLink;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main class of the broker's process. */
public final class BrokerChild {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerChild.class);
  private static final String DIRECTORY = "directory";
  private static final String PORT = "port";
  private static final String CONTROLLER_PORT = "controller-port";

  private BrokerChild() {}

  /** What it reads from its parent. */
  static Map<String, String> settings(DataDirectory data, Ports ports) {
    return Map.of(
        DIRECTORY,
        data.broker().toString(),
        PORT,
        Integer.toString(ports.broker()),
        CONTROLLER_PORT,
        Integer.toString(ports.controller()));
  }

  public static void main(String[] arguments) {
    CountDownLatch stop = new CountDownLatch(1);
    ParentLink parent = ParentLink.open(stop::countDown);
    Map<String, String> settings = parent.settings();
    int code = 1;
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(
            Path.of(settings.get(DIRECTORY)),
            Integer.parseInt(settings.get(PORT)),
            Integer.parseInt(settings.get(CONTROLLER_PORT)))) {
      parent.progress("broker on " + broker.bootstrap());
      parent.ready();
      stop.await();
      code = 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StackException e) {
      LOG.error("The broker does not start", e);
      parent.failed(e.getMessage());
    }
    System.exit(code);
  }
}
