package dev.dolly.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kafka's own producer benchmark, org.apache.kafka.tools.ProducerPerformance, in a process. */
record PeerProducer(String bootstrap) {
  private static final Pattern RATE = Pattern.compile("([0-9.]+) records/sec");

  /**
   * Sends lines of a file, drawn at random, as fast as can be.
   *
   * @param properties of the producer
   * @return records a second
   */
  double rate(String topic, long records, Path lines, List<String> properties)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "org.apache.kafka.tools.ProducerPerformance",
                "--topic",
                topic,
                "--num-records",
                Long.toString(records),
                "--throughput",
                "-1",
                "--payload-file",
                lines.toString(),
                "--producer-props",
                "bootstrap.servers=" + bootstrap));
    command.addAll(properties);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("JDK_JAVA_OPTIONS"); // it keeps all lines in its heap
    Process process = builder.start();
    List<String> said = new ArrayList<>();
    try (BufferedReader out = process.inputReader()) {
      out.lines().forEach(said::add);
    }
    int code = process.waitFor();
    String last = "";
    for (String line : said) {
      last = RATE.matcher(line).find() ? line : last; // the last one is of the whole run
    }
    Matcher rate = RATE.matcher(last);
    if (code != 0 || !rate.find()) {
      throw new CommandException(
          "Kafka's producer benchmark failed: " + String.join(" ", said).strip());
    }
    return Double.parseDouble(rate.group(1));
  }
}
