package dev.dolly.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One run of a command in this JVM, with streams of its own. */
record Invocation(int code, String out, String err) {

  static Invocation of(String in, String... arguments) {
    return of(in.getBytes(StandardCharsets.UTF_8), arguments);
  }

  static Invocation of(byte[] in, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code;
    try (PrintStream o = new PrintStream(out, false, StandardCharsets.UTF_8);
        PrintStream e = new PrintStream(err, false, StandardCharsets.UTF_8)) {
      Terminal terminal = new Terminal(new ByteArrayInputStream(in), o, e, false);
      code = Dolly.commandLine(terminal).execute(arguments);
    }
    return new Invocation(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command on a cluster. */
  static Invocation on(Cluster cluster, String... arguments) {
    return of("", arguments(cluster, arguments));
  }

  /** A command's arguments with a cluster's. */
  static String[] arguments(Cluster cluster, String... arguments) {
    return Stream.concat(
            Stream.of(arguments),
            Stream.of("--bootstrap", cluster.bootstrap(), "--registry", cluster.registry()))
        .toArray(String[]::new);
  }

  /** Standard output, a JSON value a line. */
  List<JsonNode> lines() throws JsonProcessingException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.lines().toList()) {
      lines.add(Json.parse(line));
    }
    return lines;
  }
}
