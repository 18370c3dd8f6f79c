package dev.dolly.eval.task;

/** How likely is this continuation after this context? */
public record Request(String context, String continuation) {}
