/** The picture of a run: one HTML file that needs nothing beside it. */
package dev.dolly.training.report;
