package dev.dolly.engine.cache;

/**
 * A contiguous piece of the cache that belongs to one sequence from admission until it leaves.
 *
 * @param base its first token's place in the arena
 * @param capacity how many tokens it can hold
 */
public record Span(int base, int capacity) {}
