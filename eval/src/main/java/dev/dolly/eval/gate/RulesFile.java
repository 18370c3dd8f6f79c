package dev.dolly.eval.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a rules file, and collects all that is wrong with it. */
final class RulesFile {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final String BUDGET = "budget";
  private static final String SUITES = "suites";
  private static final String THRESHOLDS = "thresholds";
  private static final String NOT_WORSE = "not_worse_than_current";
  private static final Set<String> KEYS = Set.of(BUDGET, SUITES, THRESHOLDS, NOT_WORSE);
  private static final Set<String> BOUNDS = Set.of("min", "max");

  private static final Pattern TIME = Pattern.compile("([1-9]\\d{0,5})(s|m|h)");
  private static final Pattern METRIC = Pattern.compile("[^.\\s].*\\.[^.\\s]+");

  private final List<String> problems = new ArrayList<>();

  private RulesFile() {}

  static GateRules read(Path file) {
    JsonNode root;
    try {
      root = YAML.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no rules file " + file, e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + " is no YAML: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file + ": " + e, e);
    }
    RulesFile reader = new RulesFile();
    GateRules rules = reader.rules(root);
    if (!reader.problems.isEmpty()) {
      throw new IllegalArgumentException(file + ": " + String.join("; ", reader.problems));
    }
    return rules;
  }

  private GateRules rules(JsonNode root) {
    if (!(root instanceof ObjectNode)) {
      problems.add("holds no settings; it takes " + new TreeSet<>(KEYS));
      return null;
    }
    known("", root, KEYS);
    Map<String, Map<String, String>> suites = new LinkedHashMap<>();
    each(SUITES, root, (name, options) -> suites.put(name, options(name, options)));
    if (suites.isEmpty()) {
      problems.add(SUITES + " must name what is scored");
    }
    List<Rule.Threshold> thresholds = new ArrayList<>();
    each(THRESHOLDS, root, (metric, bounds) -> bounds(metric, bounds, thresholds));
    List<Rule.NotWorse> comparisons = new ArrayList<>();
    each(
        NOT_WORSE,
        root,
        (metric, value) -> {
          double errors = number(NOT_WORSE, metric, value);
          if (errors < 0) {
            problems.add(NOT_WORSE + "." + metric + " must be 0 or more");
          }
          comparisons.add(new Rule.NotWorse(metric, errors));
        });
    if (root.path(THRESHOLDS).isEmpty() && root.path(NOT_WORSE).isEmpty()) {
      problems.add(THRESHOLDS + " and " + NOT_WORSE + " are empty: anything would be promoted");
    }
    return new GateRules(budget(root.path(BUDGET)), suites, thresholds, comparisons);
  }

  private Duration budget(JsonNode node) {
    Matcher time = TIME.matcher(node.asText());
    if (!time.matches()) {
      problems.add(BUDGET + " must be a time such as 90s, 30m or 2h");
      return Duration.ZERO;
    }
    long amount = Long.parseLong(time.group(1));
    return switch (time.group(2)) {
      case "h" -> Duration.ofHours(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofSeconds(amount);
    };
  }

  private Map<String, String> options(String suite, JsonNode node) {
    Map<String, String> options = new LinkedHashMap<>();
    if (node.isNull()) { // a name and nothing behind it
      return options;
    }
    if (!node.isObject()) {
      problems.add(SUITES + "." + suite + " must hold options by name");
    }
    node.properties()
        .forEach(
            option -> {
              if (option.getValue().isValueNode() && !option.getValue().isNull()) {
                options.put(option.getKey(), option.getValue().asText());
              } else {
                problems.add(
                    "%s.%s.%s must be one value".formatted(SUITES, suite, option.getKey()));
              }
            });
    return options;
  }

  private void bounds(String metric, JsonNode node, List<Rule.Threshold> rules) {
    String name = THRESHOLDS + "." + metric;
    if (!node.isObject() || node.isEmpty()) {
      problems.add(name + " must hold min, max or both");
      return;
    }
    known(name + ".", node, BOUNDS);
    if (node.has("min")) {
      rules.add(new Rule.AtLeast(metric, number(name, "min", node.get("min"))));
    }
    if (node.has("max")) {
      rules.add(new Rule.AtMost(metric, number(name, "max", node.get("max"))));
    }
    if (node.path("min").asDouble() > node.path("max").asDouble(Double.MAX_VALUE)) {
      problems.add(name + ": min is above max");
    }
  }

  /** The entries of a section; of rules the names are those of metrics. */
  private void each(String section, JsonNode root, BiConsumer<String, JsonNode> take) {
    JsonNode node = root.path(section);
    if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
      problems.add(section + " must hold entries by name");
    }
    node.properties()
        .forEach(
            entry -> {
              if (!section.equals(SUITES) && !METRIC.matcher(entry.getKey()).matches()) {
                problems.add(section + "." + entry.getKey() + " is not of the form task.metric");
              }
              take.accept(entry.getKey(), entry.getValue());
            });
  }

  private double number(String section, String key, JsonNode node) {
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      problems.add(section + "." + key + " must be a number: " + node.asText());
      return 0;
    }
    return node.doubleValue();
  }

  private void known(String prefix, JsonNode node, Set<String> keys) {
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!keys.contains(key)) {
                problems.add(prefix + key + " is not known; known are " + new TreeSet<>(keys));
              }
            });
  }
}
