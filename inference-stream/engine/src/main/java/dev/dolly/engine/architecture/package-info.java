/**
 * What differs between architectures: which weights there are, in which order the script takes
 * them, and the constants of its source. Everything else is shared.
 */
package dev.dolly.engine.architecture;
