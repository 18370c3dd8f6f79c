package dev.dolly.training.recipe.world;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;

/** The data files that come with this package: YAML, read strictly into records. */
public final class Resources {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private Resources() {}

  /**
   * Reads {@code NAME.yaml}.
   *
   * @throws IllegalStateException when it does not hold what the type asks for: a defect of ours
   */
  public static <T> T read(String name, Class<T> type) {
    String path = "/dev/dolly/training/recipe/" + name + ".yaml";
    try (InputStream in = Resources.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("there is no resource " + path);
      }
      return YAML.readValue(in, type);
    } catch (IOException e) {
      throw new IllegalStateException(path + ": " + e.getMessage(), e);
    }
  }
}
