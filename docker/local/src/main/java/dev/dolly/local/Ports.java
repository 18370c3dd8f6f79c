package dev.dolly.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * The TCP ports of a stack, all on the loopback address.
 *
 * @param broker where Kafka clients connect
 * @param controller where the broker talks to itself
 * @param registry the schema registry's HTTP port
 * @param flink Flink's REST and UI port
 */
public record Ports(int broker, int controller, int registry, int flink) {
  public static final String HOST = "127.0.0.1";

  private static final int BROKER = 9092;
  private static final int REGISTRY = 8085;
  private static final int FLINK = 8081;

  /**
   * The ports that users expect.
   *
   * @throws StackException when one is taken, naming it
   */
  public static Ports usual() {
    require("the broker", BROKER);
    require("the schema registry", REGISTRY);
    require("Flink", FLINK);
    return new Ports(BROKER, free(), REGISTRY, FLINK);
  }

  /** The usual ports where they are free, others in place of those that are taken. */
  public static Ports usualOrFree() {
    return new Ports(orFree(BROKER), free(), orFree(REGISTRY), orFree(FLINK));
  }

  /** Ports that nobody listens on at this moment. */
  public static Ports anyFree() {
    return new Ports(free(), free(), free(), free());
  }

  static void require(String who, int port) {
    if (taken(port)) {
      throw new StackException(
          "port "
              + port
              + " for "
              + who
              + " is in use; stop what listens there or take other ports with --free-ports");
    }
  }

  private static int orFree(int port) {
    return taken(port) ? free() : port;
  }

  private static boolean taken(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as the servers do: a connection in TIME_WAIT is no listener
      socket.bind(new InetSocketAddress(HOST, port));
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static int free() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new StackException("no free port on " + HOST + ": " + e.getMessage(), e);
    }
  }
}
