/**
 * Model directories as Hugging Face and Databricks publish them: configuration, weights (found and
 * checked, never loaded whole), digest.
 */
package dev.dolly.engine.model;
