/** The key/value cache: one bounded arena, handed out in contiguous spans. */
package dev.dolly.engine.cache;
