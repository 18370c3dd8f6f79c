/** Speed: the benchmark of decoding, and what the machine allows at most. */
package dev.dolly.engine.bench;
