package dev.dolly.chaos;

import dev.dolly.local.Part;
import java.time.Duration;
import java.util.Optional;

/**
 * A kill that happened.
 *
 * @param part whose process it met
 * @param at since the run began
 * @param untilAnswered until the next outcome was committed; empty: none was after it
 */
public record Killed(Part part, Duration at, Optional<Duration> untilAnswered) {}
