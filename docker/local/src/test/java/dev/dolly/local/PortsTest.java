package dev.dolly.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void freePortsAreNoneThatAnOutgoingConnectionMayGet() throws IOException {
    List<String> range =
        Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_local_port_range")).stream()
            .flatMap(line -> List.of(line.strip().split("\\s+")).stream())
            .toList();
    Ports ports = Ports.anyFree();
    assertThat(List.of(ports.broker(), ports.controller(), ports.registry(), ports.flink()))
        .allSatisfy(port -> assertThat(port).isLessThan(Integer.parseInt(range.get(0))));
  }

  /** Of four that are drawn on their own, two are one in about two thousand draws. */
  @Test
  void freePortsAreFour() {
    for (int i = 0; i < 20_000; i++) {
      Ports ports = Ports.anyFree();
      assertThat(Set.of(ports.broker(), ports.controller(), ports.registry(), ports.flink()))
          .hasSize(4);
    }
  }
}
