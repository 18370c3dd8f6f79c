package dev.dolly.eval.gate;

import dev.dolly.eval.TaskResult;

/**
 * What a task says of a model, and whose task it is.
 *
 * @param suite its name
 */
record SuiteResult(String suite, TaskResult result) {}
