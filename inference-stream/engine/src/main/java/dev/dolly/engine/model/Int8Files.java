package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How int8 matrices lie in a model's files: as the compressed-tensors library writes its format
 * {@code int-quantized} with a scale for each channel and dynamic scales for each token. A matrix
 * is stored under its own name as I8, its rows' scales {@code [out, 1]} beside it; the rest is as
 * in other models. ({@code compressed_tensors/quantization/quant_config.py}, 0.10.)
 */
public final class Int8Files {
  /** The key in {@code config.json}. */
  static final String CONFIG = "quantization_config";

  private static final String METHOD = "compressed-tensors";
  private static final String FORMAT = "int-quantized";
  private static final int BITS = 8;

  private Int8Files() {}

  /** The name of a matrix's scales. */
  public static String scales(String matrix) {
    return matrix + "_scale";
  }

  /** Says in a configuration that the model's matrices are int8. */
  public static void describe(ObjectNode config) {
    ObjectNode quantisation = config.putObject(CONFIG);
    quantisation.put("quant_method", METHOD);
    quantisation.put("format", FORMAT);
    quantisation.put("quantization_status", "compressed");
    quantisation.putArray("ignore");
    ObjectNode group = quantisation.putObject("config_groups").putObject("group_0");
    group.putArray("targets").add("Linear");
    scheme(group.putObject("weights"), "channel", false);
    scheme(group.putObject("input_activations"), "token", true);
  }

  private static void scheme(ObjectNode scheme, String strategy, boolean dynamic) {
    scheme.put("num_bits", BITS);
    scheme.put("type", "int");
    scheme.put("symmetric", true);
    scheme.put("strategy", strategy);
    scheme.put("dynamic", dynamic);
  }

  /**
   * Whether a {@code quantization_config} is this one.
   *
   * @throws ModelFormatException where it is another
   */
  static boolean describedIn(ConfigFile file) {
    JsonNode quantisation = file.object(CONFIG);
    if (quantisation.isMissingNode()) {
      return false;
    }
    JsonNode groups = quantisation.path("config_groups");
    JsonNode weights = groups.path("group_0").path("weights");
    boolean ours =
        quantisation.path("quant_method").asText().equals(METHOD)
            && quantisation.path("format").asText().equals(FORMAT)
            && groups.size() == 1
            && weights.path("num_bits").asInt() == BITS
            && weights.path("strategy").asText().equals("channel")
            && weights.path("symmetric").asBoolean();
    if (!ours) {
      throw file.error(
          CONFIG
              + " is not supported; supported is "
              + METHOD
              + " with one group of symmetric 8-bit weights by channel ("
              + FORMAT
              + ")");
    }
    return true;
  }
}
