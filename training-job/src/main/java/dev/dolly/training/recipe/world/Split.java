package dev.dolly.training.recipe.world;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * To which side of the data something belongs. A key's hash alone decides, so that a name, a
 * phrasing or a combination that the test asks for was never trained on.
 */
public enum Split {
  TRAIN,
  TEST;

  /** One key in this many is the test's. */
  public static final int NAMES = 10;

  /** The same for combinations of words that each are trained on. */
  public static final int COMBINATIONS = 8;

  /** The side of a key of which one in {@code many} is the test's. */
  public static Split of(String key, int many) {
    return index(key, many) == 0 ? TEST : TRAIN;
  }

  /**
   * Which of so many ways to say one thing is the test's: all others are trained on.
   *
   * @return 0 to {@code ways} - 1
   */
  public static int index(String key, int ways) {
    CRC32 crc = new CRC32();
    crc.update(key.getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() % ways);
  }
}
