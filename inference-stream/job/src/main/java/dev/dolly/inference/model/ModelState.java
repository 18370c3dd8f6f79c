package dev.dolly.inference.model;

import static java.util.Objects.requireNonNull;

import dev.dolly.inference.model.Announcement.Promotion;
import java.util.Optional;

/**
 * How far a subtask has followed the checkpoint topic.
 *
 * @param next offset of the first record that is not dealt with: what is being loaded is not
 * @param running what new requests go to; empty: the settings' model
 */
public record ModelState(long next, Optional<Promotion> running) {
  public ModelState {
    requireNonNull(running, "running");
  }
}
