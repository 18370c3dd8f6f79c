package dev.dolly.local;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a local stack is made of.
 *
 * @param data keeps everything that must survive
 * @param ports how to come by ports
 * @param registry the unpacked registry distribution
 * @param model a Hugging Face model directory
 * @param inference further settings of the inference job, by its own keys
 */
public record StackSettings(
    DataDirectory data,
    PortChoice ports,
    Path registry,
    Path model,
    Map<String, String> inference) {
  public StackSettings {
    inference = Map.copyOf(inference);
  }

  /** How to come by ports. */
  public enum PortChoice {
    /** 9092, 8085 and 8081, or an error. */
    USUAL,
    /** The usual ones as far as they are free. */
    USUAL_OR_FREE,
    /** Any. */
    FREE;

    Ports choose() {
      return switch (this) {
        case USUAL -> Ports.usual();
        case USUAL_OR_FREE -> Ports.usualOrFree();
        case FREE -> Ports.anyFree();
      };
    }
  }
}
