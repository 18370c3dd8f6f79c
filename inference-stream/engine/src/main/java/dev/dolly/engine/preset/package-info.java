/** Models of published shapes, by name, and how to make one with random weights. */
package dev.dolly.engine.preset;
