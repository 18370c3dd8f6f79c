/**
 * What would change if a candidate answered: recorded prompts with their seeds, given to it, and
 * its answers beside those that were given. Writes to no topic.
 */
package dev.dolly.eval.shadow;
