package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Typed reads from a {@code config.json}. Where several names are given they are spellings of one
 * setting, and the first that is there (and not null) counts.
 */
final class ConfigFile {
  private final Path path;
  private final JsonNode root;

  private ConfigFile(Path path, JsonNode root) {
    this.path = path;
    this.root = root;
  }

  static ConfigFile read(Path path) {
    return new ConfigFile(path, JsonFile.readObject(path));
  }

  ModelFormatException error(String problem) {
    return new ModelFormatException(path, problem);
  }

  /** Whether the key is there with the value null. */
  boolean isNull(String name) {
    return root.path(name).isNull();
  }

  String text(String name, String otherwise) {
    JsonNode node = root.path(name);
    return node.isTextual() ? node.textValue() : otherwise;
  }

  int integer(int otherwise, String... names) {
    for (String name : names) {
      JsonNode node = root.path(name);
      if (present(node)) {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
          throw error(name + " must be a whole number: " + node);
        }
        return node.intValue();
      }
    }
    return otherwise;
  }

  double number(double otherwise, String... names) {
    for (String name : names) {
      OptionalDouble value = number(root, name);
      if (value.isPresent()) {
        return value.getAsDouble();
      }
    }
    return otherwise;
  }

  OptionalDouble number(JsonNode within, String name) {
    JsonNode node = within.path(name);
    if (!present(node)) {
      return OptionalDouble.empty();
    }
    if (!node.isNumber()) {
      throw error(name + " must be a number: " + node);
    }
    return OptionalDouble.of(node.doubleValue());
  }

  boolean flag(boolean otherwise, String name) {
    JsonNode node = root.path(name);
    if (!present(node)) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw error(name + " must be true or false: " + node);
    }
    return node.booleanValue();
  }

  /** The first of these that is an object; an absent node otherwise. */
  JsonNode object(String... names) {
    for (String name : names) {
      JsonNode node = root.path(name);
      if (present(node)) {
        if (!node.isObject()) {
          throw error(name + " must be an object: " + node);
        }
        return node;
      }
    }
    return MissingNode.getInstance();
  }

  Activation activation(Activation otherwise, String name) {
    JsonNode node = root.path(name);
    if (!present(node)) {
      return otherwise;
    }
    return Activation.ofConfig(node.asText())
        .orElseThrow(
            () ->
                error(
                    name
                        + " "
                        + node
                        + " is not supported; supported: gelu, gelu_new, gelu_fast,"
                        + " gelu_pytorch_tanh, relu"));
  }

  /** INT8 where a quantisation is declared, whatever the rest is in. */
  Optional<DType> dtype() {
    if (Int8Files.describedIn(this)) {
      return Optional.of(DType.INT8);
    }
    return DType.ofConfig(text("dtype", text("torch_dtype", "")));
  }

  OptionalInt bosTokenId() {
    JsonNode node = root.path("bos_token_id");
    return node.canConvertToInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
  }

  /** One id, or a list of them. */
  List<Integer> eosTokenIds() {
    JsonNode node = root.path("eos_token_id");
    List<Integer> ids = new ArrayList<>();
    for (JsonNode each : node.isArray() ? node : List.of(node)) {
      if (present(each)) {
        if (!each.isIntegralNumber() || !each.canConvertToInt()) {
          throw error("eos_token_id must be a whole number or a list of them: " + node);
        }
        ids.add(each.intValue());
      }
    }
    return ids;
  }

  private static boolean present(JsonNode node) {
    return !node.isMissingNode() && !node.isNull();
  }
}
