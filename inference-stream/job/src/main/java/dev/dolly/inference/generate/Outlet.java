package dev.dolly.inference.generate;

import dev.dolly.inference.sink.OutboundRecord;

/** Where {@link InFlightRequests} puts what it produces. Called on its own thread. */
interface Outlet {
  /** A response or a dead letter: exactly one for each prompt, to be delivered exactly once. */
  void answer(OutboundRecord record);

  /** A piece of an answer under way, to be delivered at least once. */
  void chunk(OutboundRecord record);

  /** The record that was accepted first, or restored, needs its place no longer. */
  void left();
}
