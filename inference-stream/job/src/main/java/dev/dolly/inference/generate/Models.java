package dev.dolly.inference.generate;

import dev.dolly.schemas.avro.ModelRef;
import java.util.Optional;

/** The versions of the model that requests run on. Operator's thread. */
interface Models {
  /** What new requests go to. */
  Resident current();

  /** The one in memory that has this name, version, digest and number format. */
  Optional<Resident> find(ModelRef ref);

  /** A request that was pinned to it has left. */
  void left(Resident resident);

  /** What killed an engine, if something did. */
  Optional<Throwable> failure();
}
