/**
 * Fetches repositories of models and datasets from a hub of Hugging Face's layout: what a
 * repository holds, and its files, whole or not at all.
 */
package dev.dolly.hub;
