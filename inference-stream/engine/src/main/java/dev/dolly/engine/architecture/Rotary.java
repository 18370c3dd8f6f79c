package dev.dolly.engine.architecture;

/**
 * Rotary position embedding (Su et al., "RoFormer", 2021) over the first {@code dims} of each head.
 *
 * @param dims rotated dimensions of a head, even
 * @param base of the geometric sequence of wavelengths
 * @param interleaved pairs (2j, 2j+1), GPT-J's form; otherwise (j, j + dims/2), GPT-NeoX's
 */
public record Rotary(int dims, double base, boolean interleaved) {
  public Rotary {
    if (dims < 2 || dims % 2 != 0) {
      throw new IllegalArgumentException("rotary dimensions must be even, 2 or more: " + dims);
    }
  }

  /** cos of each angle, {@code [positions, dims]} row by row. */
  public float[] cos(int positions) {
    return table(positions, true);
  }

  /** sin of each angle, {@code [positions, dims]} row by row. */
  public float[] sin(int positions) {
    return table(positions, false);
  }

  /** Angles are rounded to fp32 where Hugging Face rounds them, so that long windows agree. */
  private float[] table(int positions, boolean cos) {
    float[] table = new float[positions * dims];
    int half = dims / 2;
    for (int pair = 0; pair < half; pair++) {
      float frequency = (float) (1.0 / Math.pow(base, 2.0 * pair / dims));
      for (int position = 0; position < positions; position++) {
        float angle = position * frequency;
        float value = (float) (cos ? Math.cos(angle) : Math.sin(angle));
        int row = position * dims;
        table[row + (interleaved ? 2 * pair : pair)] = value;
        table[row + (interleaved ? 2 * pair + 1 : pair + half)] = value;
      }
    }
    return table;
  }
}
