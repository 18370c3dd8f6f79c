/** PyTorch from Java: the TorchScript sources under resources, packed and called through DJL. */
package dev.dolly.engine.torch;
