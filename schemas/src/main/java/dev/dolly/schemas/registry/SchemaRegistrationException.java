package dev.dolly.schemas.registry;

/** A schema could not be registered; the message says which, why and what is allowed. */
public final class SchemaRegistrationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SchemaRegistrationException(String message, Throwable cause) {
    super(message, cause);
  }
}
