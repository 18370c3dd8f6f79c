package dev.dolly.schemas.dataset;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** Files that may be compressed by gzip, which their first two bytes tell (RFC 1952). */
public final class Gzip {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final byte[] MAGIC = {0x1f, (byte) 0x8b};

  private Gzip() {}

  /**
   * What a file holds, uncompressed and buffered.
   *
   * @param file at its beginning; closed with what is returned
   */
  public static InputStream content(InputStream file) throws IOException {
    InputStream in = new BufferedInputStream(file, BUFFER_BYTES);
    in.mark(MAGIC.length);
    byte[] first = in.readNBytes(MAGIC.length);
    in.reset();
    return Arrays.equals(first, MAGIC)
        ? new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES), BUFFER_BYTES)
        : in;
  }
}
