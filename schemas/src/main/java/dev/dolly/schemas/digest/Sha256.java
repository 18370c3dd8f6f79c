package dev.dolly.schemas.digest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digest that names records, events and files, and that seeds come from. */
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
