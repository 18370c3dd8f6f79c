package dev.dolly.training.options;

/**
 * Random weights to start from.
 *
 * @param standardDeviation of the weight matrices
 * @param previousTokenHeads whether the first layer's heads begin by looking at the token before
 * @param tieHead whether the output head begins as the embedding's copy
 */
public record StartOptions(double standardDeviation, boolean previousTokenHeads, boolean tieHead) {}
