/** Raw JSON prompts become prompts or dead letters: a Kafka Streams application. */
package dev.dolly.ingest;
