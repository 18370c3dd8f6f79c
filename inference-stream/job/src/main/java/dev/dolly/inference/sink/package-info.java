/** Writes what the job produces to its topics. */
package dev.dolly.inference.sink;
