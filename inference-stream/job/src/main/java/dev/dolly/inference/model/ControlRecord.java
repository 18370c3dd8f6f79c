package dev.dolly.inference.model;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.serde.Decoded;

/**
 * A record of the checkpoint topic.
 *
 * @param offset on its one partition
 * @param value as it lies there; not to be changed
 * @param content what it says
 */
public record ControlRecord(long offset, byte[] value, Decoded<CheckpointEvent> content) {}
