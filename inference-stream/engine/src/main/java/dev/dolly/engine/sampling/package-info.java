/** How the next id is chosen: the parameters, and draws that depend on seed and step alone. */
package dev.dolly.engine.sampling;
