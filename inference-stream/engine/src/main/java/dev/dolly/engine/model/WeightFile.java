package dev.dolly.engine.model;

import java.nio.file.Path;
import java.util.Map;

/**
 * What one weight file holds, known from its header alone.
 *
 * @param tensors by name
 * @param others what cannot be computed with, by name, each with its reason: old files carry masks
 *     and counters that nobody asks for
 * @param metadata what a safetensors file says about itself
 */
public record WeightFile(
    Path path,
    Map<String, StoredTensor> tensors,
    Map<String, String> others,
    Map<String, String> metadata) {
  public WeightFile {
    tensors = Map.copyOf(tensors);
    others = Map.copyOf(others);
    metadata = Map.copyOf(metadata);
  }

  /**
   * @throws ModelFormatException when there is no such tensor, or none that can be computed with
   */
  public StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      String reason = others.get(name);
      throw new ModelFormatException(
          path, reason == null ? "holds no tensor " + name : "tensor " + name + " " + reason);
    }
    return tensor;
  }
}
