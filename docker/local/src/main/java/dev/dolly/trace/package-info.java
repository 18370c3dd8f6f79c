/** Where an answer came from: from topic to topic, by key and by offset. */
package dev.dolly.trace;
