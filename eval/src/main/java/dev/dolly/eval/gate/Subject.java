package dev.dolly.eval.gate;

import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.schemas.avro.CheckpointEvent;

/**
 * A model that is to be evaluated.
 *
 * @param event that announced or promoted it: its run's options, its data
 * @param model its directory, whose own files are as its manifest says
 */
public record Subject(CheckpointEvent event, ModelDirectory model) {}
