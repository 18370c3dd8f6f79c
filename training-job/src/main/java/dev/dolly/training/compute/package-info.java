/**
 * A decoder's forward and backward pass, unit by unit, in TorchScript: embedding, blocks, head.
 * What runs here runs on one device and knows of no other.
 */
package dev.dolly.training.compute;
