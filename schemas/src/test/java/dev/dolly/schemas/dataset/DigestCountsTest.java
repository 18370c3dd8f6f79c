package dev.dolly.schemas.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.digest.Sha256;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DigestCountsTest {
  @Test
  void countsAsAMapWould() {
    SplittableRandom random = new SplittableRandom(1);
    Map<Integer, Integer> expected = new HashMap<>();
    DigestCounts counts = new DigestCounts();
    for (int i = 0; i < 100_000; i++) {
      int number = random.nextInt(20_000);
      if (random.nextInt(4) == 0) {
        counts.put(digest(number), 0);
        expected.remove(number);
      } else {
        assertThat(counts.add(digest(number))).isEqualTo(expected.getOrDefault(number, 0));
        expected.merge(number, 1, Integer::sum);
      }
    }

    for (int number = 0; number < 20_001; number++) {
      assertThat(counts.get(digest(number))).isEqualTo(expected.getOrDefault(number, 0));
    }
    assertThat(counts.size()).isEqualTo(expected.size());
  }

  @Test
  void countsFarWithoutLosingAny() {
    DigestCounts counts = new DigestCounts();
    for (int i = 0; i < 1000; i++) {
      assertThat(counts.add(digest(5))).isEqualTo(i);
    }
    counts.put(digest(5), 0);
    assertThat(counts.get(digest(5))).isZero();
    assertThat(counts.size()).isZero();
  }

  @Test
  void takesAtMost32BytesADigest() {
    int digests = 1_000_000;
    long before = heap();
    DigestCounts counts = new DigestCounts();
    for (int i = 0; i < digests; i++) {
      counts.add(digest(i));
    }
    long bytes = heap() - before;
    Reference.reachabilityFence(counts);

    assertThat((double) bytes / digests).isLessThan(32.5);
  }

  /** Bytes in use after a collection. */
  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static byte[] digest(int number) {
    return Sha256.start().digest(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
  }
}
