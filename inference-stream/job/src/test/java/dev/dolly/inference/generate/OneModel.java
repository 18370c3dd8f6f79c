package dev.dolly.inference.generate;

import dev.dolly.schemas.avro.ModelRef;
import java.util.Optional;

/** A model that nothing takes the place of. */
record OneModel(Resident current) implements Models {
  @Override
  public Optional<Resident> find(ModelRef ref) {
    return current.ref().equals(ref) ? Optional.of(current) : Optional.empty();
  }

  @Override
  public void left(Resident resident) {
    resident.unpin();
  }

  @Override
  public Optional<Throwable> failure() {
    return current.batcher().failure();
  }
}
