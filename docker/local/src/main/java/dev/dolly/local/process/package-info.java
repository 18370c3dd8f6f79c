/** Child processes that a parent keeps running: a JVM each, started again when a signal ends it. */
package dev.dolly.local.process;
