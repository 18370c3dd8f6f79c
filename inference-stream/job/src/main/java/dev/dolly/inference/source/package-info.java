/** Reads prompts from Kafka no faster than the generate operator has room for them. */
package dev.dolly.inference.source;
