/** Speed: what training makes of tokens, records and floating point operations a second. */
package dev.dolly.training.bench;
