package dev.dolly.trace;

/** A record and where it lies. */
public record Found<T>(Place place, T record) {}
