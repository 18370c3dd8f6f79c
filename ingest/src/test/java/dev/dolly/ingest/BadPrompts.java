package dev.dolly.ingest;

import static dev.dolly.schemas.avro.ErrorCode.EMPTY_INSTRUCTION;
import static dev.dolly.schemas.avro.ErrorCode.MALFORMED_JSON;
import static dev.dolly.schemas.avro.ErrorCode.MISSING_FIELD;
import static dev.dolly.schemas.avro.ErrorCode.OUT_OF_RANGE;
import static dev.dolly.schemas.avro.ErrorCode.TOO_LARGE;
import static dev.dolly.schemas.avro.ErrorCode.UNKNOWN_FIELD;
import static dev.dolly.schemas.avro.ErrorCode.WRONG_TYPE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Prompts that cannot be served, each with the code of its kind. */
final class BadPrompts {
  /** Of one record, as the test's entrance has it. */
  static final int LIMIT = 4000;

  private static final List<String> TEXTS =
      List.of(
          "request_id", "instruction", "context", "metadata.k", "params.stop.0", "origin.topic");
  private static final List<String> WHOLE_32 =
      List.of("priority", "params.max_new_tokens", "params.top_k", "params.logprobs");
  private static final List<String> WHOLE_64 =
      List.of("deadline_at", "submitted_at", "params.seed", "origin.offset");
  private static final List<String> REALS = List.of("params.temperature", "params.top_p");
  private static final List<String> OBJECTS = List.of("params", "metadata", "origin");

  /**
   * A kind of bad prompt and how one is made.
   *
   * @param values texts that make it bad, each on its own
   */
  record Kind(String name, ErrorCode code, Arbitrary<byte[]> values) {}

  /** One of a kind. */
  record Bad(String kind, ErrorCode code, byte[] bytes) {}

  private BadPrompts() {}

  static List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    types(kinds);
    ranges(kinds);
    numbers(kinds);
    strings(kinds);
    syntax(kinds);
    shapes(kinds);
    return kinds;
  }

  static Arbitrary<Bad> all() {
    return Arbitraries.of(kinds())
        .flatMap(kind -> kind.values().map(bytes -> new Bad(kind.name(), kind.code(), bytes)));
  }

  private static void types(List<Kind> kinds) {
    Map<String, List<String>> wrong = new LinkedHashMap<>();
    TEXTS.forEach(field -> wrong.put(field, List.of("number", "true", "object", "array")));
    WHOLE_32.forEach(
        field -> wrong.put(field, List.of("string", "true", "object", "array", "part")));
    WHOLE_64.forEach(
        field -> wrong.put(field, List.of("string", "true", "object", "array", "part")));
    REALS.forEach(field -> wrong.put(field, List.of("string", "true", "object", "array")));
    OBJECTS.forEach(field -> wrong.put(field, List.of("string", "number", "true", "array")));
    wrong.put("params.do_sample", List.of("string", "number", "object", "array"));
    wrong.put("params.stop", List.of("string", "number", "true", "object"));
    wrong.forEach(
        (field, types) ->
            types.forEach(
                type ->
                    kinds.add(
                        kind(
                            field + " is " + type,
                            WRONG_TYPE,
                            value(type).map(v -> with(field, v))))));
    for (String type : List.of("string", "number", "true", "array", "null")) {
      kinds.add(kind("the prompt is " + type, WRONG_TYPE, value(type)));
    }
  }

  private static Arbitrary<String> value(String type) {
    return switch (type) {
      case "string" -> Arbitraries.strings().alpha().map(text -> '"' + text + '"');
      case "number" -> Arbitraries.integers().between(-1000, 1000).map(String::valueOf);
      case "true" -> Arbitraries.of("true", "false");
      case "object" -> Arbitraries.of("{}", "{\"a\": 1}", "{\"a\": {}}");
      case "array" -> Arbitraries.of("[1]", "[[]]", "[{}]", "[true, 2]");
      case "part" -> Arbitraries.integers().between(1, 9).map(n -> "3." + n);
      default -> Arbitraries.just("null");
    };
  }

  private static void ranges(List<Kind> kinds) {
    Map<String, List<String>> outside =
        Map.of(
            "params.max_new_tokens", List.of("0", "-1", "-2147483648"),
            "params.temperature", List.of("-0.1", "-1e308", "-5"),
            "params.top_p", List.of("0", "1.0001", "-1", "2", "1e300"),
            "params.top_k", List.of("-1", "-1000"),
            "params.logprobs", List.of("-1", "21", "1000"),
            "priority", List.of("11", "-11", "2147483647"),
            "params.stop.0", List.of("\"\""));
    outside.forEach(
        (field, values) ->
            values.forEach(
                v ->
                    kinds.add(
                        kind(
                            field + " out of range: " + v,
                            OUT_OF_RANGE,
                            Arbitraries.just(with(field, v))))));
  }

  private static void numbers(List<Kind> kinds) {
    for (String field : WHOLE_32) {
      for (String v : List.of("2147483648", "-2147483649", "1e10", "1e999999999")) {
        kinds.add(kind(field + " does not fit: " + v, MALFORMED_JSON, just(with(field, v))));
      }
    }
    for (String field : WHOLE_64) {
      for (String v :
          List.of("9223372036854775808", "-9223372036854775809", "1e19", "9".repeat(400))) {
        kinds.add(kind(field + " does not fit: " + cut(v), MALFORMED_JSON, just(with(field, v))));
      }
    }
    for (String field : REALS) {
      for (String v : List.of("1e400", "-1e999", "1e-400")) {
        kinds.add(kind(field + " does not fit: " + v, MALFORMED_JSON, just(with(field, v))));
      }
    }
    List<String> fields = new ArrayList<>(WHOLE_32);
    fields.addAll(WHOLE_64);
    fields.addAll(REALS);
    for (String field : fields) {
      for (String v : List.of("NaN", "-Infinity", "01", "+1", ".5", "1.", "0x10", "1e", "--1")) {
        kinds.add(kind(field + " is no JSON number: " + v, MALFORMED_JSON, just(with(field, v))));
      }
    }
  }

  private static void strings(List<Kind> kinds) {
    for (String field : TEXTS) {
      Map<String, String> bad = new LinkedHashMap<>();
      bad.put("lone high surrogate", "\\ud83d");
      bad.put("lone low surrogate", "\\ude00");
      bad.put("surrogates the wrong way round", "\\ude00\\ud83d");
      bad.put("NUL", "\\u0000");
      bad.put("unknown escape", "\\x41");
      bad.put("cut escape", "\\u12-");
      bad.put("raw control character", "\u0001");
      bad.put("raw line break", "\n");
      bad.put("a byte that UTF-8 has not", "\u00ff");
      bad.put("a torn character", "\u00c3");
      bad.put("an overlong slash", "\u00c0\u00af");
      bad.put("a surrogate in UTF-8", "\u00ed\u00a0\u0080");
      bad.put("beyond Unicode", "\u00f4\u0090\u0080\u0080");
      bad.put("a continuation alone", "\u0080");
      bad.forEach(
          (name, latin) ->
              kinds.add(
                  new Kind(
                      field + " has " + name,
                      MALFORMED_JSON,
                      Arbitraries.strings()
                          .alpha()
                          .ofMaxLength(5)
                          .map(
                              around ->
                                  with(field, '"' + around + latin + around + '"')
                                      .getBytes(ISO_8859_1)))));
    }
  }

  private static void syntax(List<Kind> kinds) {
    String whole = prompt(Map.of());
    kinds.add(
        kind(
            "torn",
            MALFORMED_JSON,
            Arbitraries.integers().between(1, whole.length() - 1).map(n -> whole.substring(0, n))));
    Map<String, String> bad = new LinkedHashMap<>();
    bad.put("empty", "");
    bad.put("white space", " \n\t");
    bad.put("no JSON", "hello");
    bad.put("junk behind", whole + " x");
    bad.put("two values", whole + whole);
    bad.put("a comma too many", whole.replace("}}", "},}"));
    bad.put("a comma missing", whole.replaceFirst(",", " "));
    bad.put("a colon missing", whole.replaceFirst(":", " "));
    bad.put("single quotes", whole.replace('"', '\''));
    bad.put("names without quotes", whole.replaceAll("\"(\\w+)\":", "$1:"));
    bad.put("a comment", whole.replaceFirst(",", ", /* why */"));
    bad.put("a line comment", "// why\n" + whole);
    bad.put("a byte order mark of UTF-16", "\u00fe\u00ff" + whole);
    bad.put("the wrong bracket", whole.substring(0, whole.length() - 1) + "]");
    bad.put("XML", "<instruction>a</instruction>");
    bad.put("True", with("params.do_sample", "True"));
    bad.put("undefined", with("context", "undefined"));
    bad.forEach(
        (name, text) ->
            kinds.add(new Kind(name, MALFORMED_JSON, Arbitraries.just(text.getBytes(ISO_8859_1)))));
    kinds.add(
        new Kind(
            "UTF-16",
            MALFORMED_JSON,
            Arbitraries.just(whole.getBytes(java.nio.charset.StandardCharsets.UTF_16))));
    for (String opening : List.of("[", "{\"a\":", "[{\"a\":")) {
      kinds.add(
          kind(
              "nested by " + opening,
              MALFORMED_JSON,
              Arbitraries.integers()
                  .between(40, 400)
                  .map(
                      n ->
                          "{\"instruction\": \"a\", \"metadata\": "
                              + opening.repeat(n)
                              + "1"
                              + (opening.length() == 1 ? "]" : opening.length() == 5 ? "}" : "}]")
                                  .repeat(n)
                              + "}")));
    }
  }

  private static void shapes(List<Kind> kinds) {
    for (String at : List.of("", "params.", "origin.")) {
      ErrorCode code = UNKNOWN_FIELD;
      kinds.add(
          kind(
              "an unknown field in " + (at.isEmpty() ? "the prompt" : at),
              code,
              Arbitraries.strings()
                  .alpha()
                  .ofMinLength(3)
                  .ofMaxLength(9)
                  .map(name -> with(at + "x_" + name, "1"))));
    }
    for (String field :
        List.of(
            "request_id",
            "instruction",
            "context",
            "priority",
            "deadline_at",
            "metadata",
            "params",
            "origin")) {
      kinds.add(
          kind(
              field + " twice",
              MALFORMED_JSON,
              just(prompt(Map.of()).replaceFirst("\\{", "{\"" + field + "\": 1, "))));
    }
    for (String field :
        List.of(
            "max_new_tokens",
            "do_sample",
            "temperature",
            "top_p",
            "top_k",
            "seed",
            "stop",
            "logprobs")) {
      kinds.add(
          kind(
              "params." + field + " twice",
              MALFORMED_JSON,
              just(
                  prompt(Map.of())
                      .replace("\"params\": {", "\"params\": {\"" + field + "\": 1, "))));
    }
    kinds.add(kind("no instruction", MISSING_FIELD, Arbitraries.of("{}", "{\"context\": \"c\"}")));
    kinds.add(kind("an empty request_id", MISSING_FIELD, just(with("request_id", "\"\""))));
    kinds.add(
        kind(
            "an origin without its parts",
            MISSING_FIELD,
            Arbitraries.of(with("origin", "{}"), with("origin", "{\"topic\": \"t\"}"))));
    kinds.add(
        kind(
            "a blank instruction",
            EMPTY_INSTRUCTION,
            Arbitraries.of("", " ", "\\n\\t", "\\u00a0", "\\u2003 ")
                .map(t -> with("instruction", '"' + t + '"'))));
    kinds.add(
        kind(
            "too many bytes",
            TOO_LARGE,
            Arbitraries.integers()
                .between(LIMIT, 2 * LIMIT)
                .map(n -> with("context", '"' + "x".repeat(n) + '"'))));
    kinds.add(kind("too many bytes of junk", TOO_LARGE, Arbitraries.just("}".repeat(LIMIT + 1))));
    kinds.add(
        kind(
            "a long request_id",
            TOO_LARGE,
            just(with("request_id", '"' + "r".repeat(1025) + '"'))));
    kinds.add(
        kind(
            "a long instruction",
            TOO_LARGE,
            just(with("instruction", '"' + "é".repeat(600) + '"'))));
    kinds.add(
        kind("much metadata", TOO_LARGE, just(with("metadata.k", '"' + "v".repeat(1200) + '"'))));
  }

  private static Kind kind(String name, ErrorCode code, Arbitrary<String> texts) {
    return new Kind(name, code, texts.map(text -> text.getBytes(UTF_8)));
  }

  private static Arbitrary<String> just(String text) {
    return Arbitraries.just(text);
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(20, text.length()));
  }

  private static String with(String field, String value) {
    return prompt(Map.of(field, value));
  }

  /** A good prompt but for these fields. */
  private static String prompt(Map<String, String> changed) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("request_id", "\"r\"");
    all.put("instruction", "\"a\"");
    all.put("context", "\"c\"");
    all.put("priority", "1");
    all.put("deadline_at", "9000000000000");
    all.put("submitted_at", "5");
    all.put("metadata.k", "\"v\"");
    all.put("params.max_new_tokens", "5");
    all.put("params.do_sample", "true");
    all.put("params.temperature", "0.5");
    all.put("params.top_p", "0.9");
    all.put("params.top_k", "3");
    all.put("params.seed", "7");
    all.put("params.stop.0", "\"x\"");
    all.put("params.logprobs", "0");
    all.put("origin.topic", "\"t\"");
    all.put("origin.partition", "0");
    all.put("origin.offset", "3");
    changed.forEach(
        (field, value) -> {
          all.keySet().removeIf(key -> key.startsWith(field + "."));
          all.put(field, value);
        });
    List<String> parts = new ArrayList<>();
    all.forEach(
        (field, value) -> {
          if (field.indexOf('.') < 0) {
            parts.add('"' + field + "\": " + value);
          }
        });
    for (String object : OBJECTS) {
      if (!all.containsKey(object)) {
        parts.add('"' + object + "\": {" + inside(all, object) + "}");
      }
    }
    return "{" + String.join(", ", parts) + "}";
  }

  private static String inside(Map<String, String> all, String object) {
    List<String> parts = new ArrayList<>();
    all.forEach(
        (field, value) -> {
          if (field.startsWith(object + ".")) {
            String name = field.substring(object.length() + 1);
            parts.add(
                name.endsWith(".0")
                    ? '"' + name.substring(0, name.length() - 2) + "\": [" + value + "]"
                    : '"' + name + "\": " + value);
          }
        });
    return String.join(", ", parts);
  }
}
