package dev.dolly.schemas.dataset;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How often each of many digests was counted, in at most 32 bytes of memory a digest (and a little
 * for 256 tables), where a hash map takes 150: a dataset's records have to be known while it is
 * loaded, and there may be many millions.
 *
 * <p>A digest goes by its first 16 bytes, in which two of a million differ but for a chance of one
 * in 10^27. Open addressing with linear probing (Knuth, The Art of Computer Programming, 6.4,
 * algorithm L); the digest is its own hash. The tables grow one at a time, so that growing needs
 * little beside. One thread.
 */
public final class DigestCounts {
  private static final int DIGEST_BYTES = 16;

  /** Counts from here on are kept elsewhere. */
  private static final int MANY = Byte.MAX_VALUE;

  private final Table[] tables = new Table[256];
  private final Map<ByteBuffer, Integer> many = new HashMap<>();
  private long size;

  /** How often that one was counted; 0 for one that never was. */
  public int get(byte[] digest) {
    Table table = tables[digest[0] & 0xff];
    int count = table == null ? 0 : table.get(digest);
    return count < MANY ? count : many.get(key(digest));
  }

  /** Sets a count, which is not negative. */
  public void put(byte[] digest, int count) {
    change(digest, get(digest), count);
  }

  private void change(byte[] digest, int before, int count) {
    if (before == 0 && count == 0) {
      return;
    }
    int at = digest[0] & 0xff;
    if (tables[at] == null) {
      tables[at] = new Table();
    }
    tables[at].put(digest, (byte) Math.min(count, MANY));
    if (count >= MANY) {
      many.put(key(digest), count);
    } else if (before >= MANY) {
      many.remove(key(digest));
    }
    size += (count == 0 ? 0 : 1) - (before == 0 ? 0 : 1);
  }

  /** Counts one more; returns how often it was counted before. */
  public int add(byte[] digest) {
    int before = get(digest);
    change(digest, before, before + 1);
    return before;
  }

  /** Digests that were counted at least once. */
  public long size() {
    return size;
  }

  private static ByteBuffer key(byte[] digest) {
    return ByteBuffer.wrap(Arrays.copyOf(digest, DIGEST_BYTES));
  }

  /** Those that begin with one byte. A place is free when its count is {@link #FREE}. */
  private static final class Table {
    private static final byte FREE = -1;
    private static final int SMALLEST = 8;

    /** Places that may be taken, of five. */
    private static final int FULL = 4;

    private long[] keys = new long[2 * SMALLEST];
    private byte[] counts = free(SMALLEST);
    private int taken;

    int get(byte[] digest) {
      int place = place(ByteBuffer.wrap(digest).getLong(0), ByteBuffer.wrap(digest).getLong(8));
      return Math.max(0, counts[place]);
    }

    void put(byte[] digest, byte count) {
      long high = ByteBuffer.wrap(digest).getLong(0);
      long low = ByteBuffer.wrap(digest).getLong(8);
      int place = place(high, low);
      if (counts[place] == FREE) {
        if (5L * (taken + 1) > (long) FULL * counts.length) {
          grow();
          place = place(high, low);
        }
        keys[2 * place] = high;
        keys[2 * place + 1] = low;
        taken++;
      }
      counts[place] = count;
    }

    /** Where it lies, or the free place where it would. */
    private int place(long high, long low) {
      int places = counts.length;
      int place = (int) Math.multiplyHigh(low >>> 1, (long) places << 1);
      while (counts[place] != FREE && (keys[2 * place] != high || keys[2 * place + 1] != low)) {
        place = place + 1 == places ? 0 : place + 1;
      }
      return place;
    }

    private void grow() {
      long[] oldKeys = keys;
      byte[] oldCounts = counts;
      int places = Math.addExact(oldCounts.length, oldCounts.length / 2);
      keys = new long[Math.multiplyExact(2, places)];
      counts = free(places);
      for (int i = 0; i < oldCounts.length; i++) {
        if (oldCounts[i] != FREE) {
          int place = place(oldKeys[2 * i], oldKeys[2 * i + 1]);
          keys[2 * place] = oldKeys[2 * i];
          keys[2 * place + 1] = oldKeys[2 * i + 1];
          counts[place] = oldCounts[i];
        }
      }
    }

    private static byte[] free(int places) {
      byte[] counts = new byte[places];
      Arrays.fill(counts, FREE);
      return counts;
    }
  }
}
