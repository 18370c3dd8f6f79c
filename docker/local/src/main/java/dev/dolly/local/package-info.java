/** Broker, registry, Flink and the jobs on one machine, in one process and one child process. */
package dev.dolly.local;
