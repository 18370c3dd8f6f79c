package dev.dolly.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

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

  /** Ports from here on are chosen, as far as they are not ephemeral. */
  private static final int FIRST = 20_000;

  /** Where ephemeral ports begin, unless the system says something else. */
  private static final int USUAL_EPHEMERAL = 32_768;

  private static final Path EPHEMERAL_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int TRIES = 1000;
  private static final Duration RELEASE = Duration.ofMillis(500);

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

  /** Four ports that nobody listens on at this moment; one may be drawn twice, so each once. */
  public static Ports anyFree() {
    List<Integer> four = Stream.generate(Ports::free).distinct().limit(4).toList();
    return new Ports(four.get(0), four.get(1), four.get(2), four.get(3));
  }

  /** Where everything on these ports is. */
  public StackAddress address() {
    return new StackAddress(
        HOST + ":" + broker,
        "http://" + HOST + ":" + registry + "/apis/ccompat/v7",
        "http://" + HOST + ":" + flink);
  }

  /** A process that was killed gives its locks back an instant before its ports. */
  static void require(String who, int port) {
    long end = System.nanoTime() + RELEASE.toNanos();
    while (taken(port)) {
      if (System.nanoTime() > end) {
        throw new StackException(
            "port "
                + port
                + " for "
                + who
                + " is in use; stop what listens there or take other ports with --free-ports");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
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

  /**
   * Below the ports that the system gives to outgoing connections: while a server is away, a client
   * that tries its port again and again is once given that very port for its own end, connects to
   * itself, and the server cannot come back.
   *
   * <p>Drawn, so that two stacks that start at once hardly draw the same.
   */
  private static int free() {
    int end = ephemeralFrom();
    for (int i = 0; i < TRIES && end > FIRST; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, end);
      if (!taken(port)) {
        return port;
      }
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new StackException("no free port on " + HOST + ": " + e.getMessage(), e);
    }
  }

  private static int ephemeralFrom() {
    // In one read: the kernel gives these files out at offset 0 only, and Files.readString asks for
    // a first byte alone.
    try (BufferedReader range = Files.newBufferedReader(EPHEMERAL_RANGE)) {
      return Integer.parseInt(range.readLine().strip().split("\\s+")[0]);
    } catch (IOException | NumberFormatException e) {
      return USUAL_EPHEMERAL;
    }
  }
}
