/**
 * Model directories as Hugging Face and Databricks publish them: configuration, weights (found and
 * checked, never loaded whole), digest; and directories with random weights of a published shape.
 */
package dev.dolly.engine.model;
