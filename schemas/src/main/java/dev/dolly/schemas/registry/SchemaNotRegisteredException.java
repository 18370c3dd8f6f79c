package dev.dolly.schemas.registry;

import org.apache.kafka.common.errors.SerializationException;

/** A record can't be written since the registry doesn't hold this program's schema for it. */
public final class SchemaNotRegisteredException extends SerializationException {

  private static final long serialVersionUID = 1L;

  public SchemaNotRegisteredException(String subject, Throwable cause) {
    super(
        "subject "
            + subject
            + " of the schema registry does not hold this program's schema: run"
            + " \"./dolly schemas register\"",
        cause);
  }
}
