package dev.dolly.schemas.prompt;

import dev.dolly.schemas.digest.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Seeds of requests that give none. */
public final class Seeds {

  private Seeds() {}

  /** The first 8 bytes, big-endian, of SHA-256 of the id in UTF-8. */
  public static long of(String requestId) {
    byte[] hash = Sha256.start().digest(requestId.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong();
  }
}
