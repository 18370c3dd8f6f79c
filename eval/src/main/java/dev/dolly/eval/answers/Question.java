package dev.dolly.eval.answers;

import java.util.Optional;

/**
 * An instruction that models are asked.
 *
 * @param context empty: none
 * @param reference how a person answered
 */
public record Question(String instruction, String context, Optional<String> reference) {}
