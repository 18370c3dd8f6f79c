package dev.dolly.engine.model;

import java.util.Optional;

/** The number formats weights are stored and computed in. */
public enum DType {
  FLOAT32(4, "F32", 6, "float32"),
  FLOAT16(2, "F16", 5, "float16"),
  BFLOAT16(2, "BF16", 15, "bfloat16"),
  /**
   * Whole numbers from -127 to 127 with a scale for each row of a matrix; what else a model holds
   * is kept in other types.
   */
  INT8(1, "I8", 1, "int8");

  private final int bytes;
  private final String safetensorsName;
  private final int torchCode;
  private final String configName;

  DType(int bytes, String safetensorsName, int torchCode, String configName) {
    this.bytes = bytes;
    this.safetensorsName = safetensorsName;
    this.torchCode = torchCode;
    this.configName = configName;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** As in a safetensors header: {@code F32}, {@code F16}, {@code BF16}. */
  public String safetensorsName() {
    return safetensorsName;
  }

  /** PyTorch's {@code ScalarType} number, which TorchScript's {@code dtype} arguments take. */
  public int torchCode() {
    return torchCode;
  }

  /** As in {@code config.json} and on the command line: {@code float32} … */
  public String configName() {
    return configName;
  }

  /** The type of a safetensors name; empty for any other type (integers, booleans, doubles). */
  public static Optional<DType> ofSafetensors(String name) {
    for (DType type : values()) {
      if (type.safetensorsName.equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The type of a configuration's name, with or without a leading {@code torch.}. */
  public static Optional<DType> ofConfig(String name) {
    String plain = name.startsWith("torch.") ? name.substring("torch.".length()) : name;
    for (DType type : values()) {
      if (type.configName.equals(plain)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /**
   * A value's bits in this type, rounded to nearest, ties to even.
   *
   * @param value finite, and far below the type's largest
   */
  public int bits(float value) {
    int single = Float.floatToIntBits(value);
    return switch (this) {
      case FLOAT32 -> single;
      case BFLOAT16 -> (single + 0x7fff + ((single >>> 16) & 1)) >>> 16;
      case FLOAT16 -> half(value);
      case INT8 -> throw new IllegalArgumentException("a number alone has no int8 form: " + value);
    };
  }

  private static int half(float value) {
    int sign = Float.floatToIntBits(value) >>> 16 & 0x8000;
    double magnitude = StrictMath.abs((double) value);
    int exponent = Math.max(Math.getExponent(magnitude), -14);
    // in units of the last place; a carry out of the mantissa rightly raises the exponent
    long units = (long) StrictMath.rint(StrictMath.scalb(magnitude, 10 - exponent));
    return sign | (int) (((long) (exponent + 14) << 10) + units);
  }
}
