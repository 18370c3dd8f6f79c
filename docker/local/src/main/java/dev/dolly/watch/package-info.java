/** Watches a running stack from outside, through Flink's REST interface and Kafka alone. */
package dev.dolly.watch;
