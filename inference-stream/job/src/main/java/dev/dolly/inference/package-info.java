/** The streaming job: its settings and its graph. */
package dev.dolly.inference;
