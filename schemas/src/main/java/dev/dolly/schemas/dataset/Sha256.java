package dev.dolly.schemas.dataset;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digest that names records and files. */
public final class Sha256 {
  private Sha256() {}

  /** A new one. */
  public static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
