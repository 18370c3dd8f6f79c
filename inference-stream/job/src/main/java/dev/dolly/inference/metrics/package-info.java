/** What the job tells of itself: one catalogue of metrics, kept in Flink's own metric system. */
package dev.dolly.inference.metrics;
