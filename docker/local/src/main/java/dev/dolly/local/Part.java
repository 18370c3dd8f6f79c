package dev.dolly.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a stack consists of, each in a process of its own. */
public enum Part {
  BROKER(Duration.ofSeconds(10)),
  REGISTRY(Duration.ofSeconds(5)),
  /** Flink with the inference job, and ingest. */
  JOBS(Duration.ofSeconds(15)),
  /** The promotion gate, which answers do not need. */
  GATE(Duration.ofSeconds(5));

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Duration grace;

  Part(Duration grace) {
    this.grace = grace;
  }

  /** Those without which no prompt is answered. */
  public static Set<Part> ofAnswers() {
    return EnumSet.complementOf(EnumSet.of(GATE));
  }

  /** In lower case: in messages and names of files. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How long it may take to end in order. */
  Duration grace() {
    return grace;
  }

  /** How long all may take, one after the other; whatever does not end in time is killed. */
  public static Duration longestEnd() {
    return Arrays.stream(values()).map(Part::grace).reduce(Duration.ZERO, Duration::plus);
  }

  /** One line: the parts' process ids by their titles. */
  static String toJson(Map<Part, Long> processes) {
    Map<String, Long> named = new TreeMap<>();
    processes.forEach((part, pid) -> named.put(part.title(), pid));
    try {
      return JSON.writeValueAsString(named);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
