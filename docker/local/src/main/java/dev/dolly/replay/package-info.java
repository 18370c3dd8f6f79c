/** Topics again: a part of their records, as they are or as prompts. */
package dev.dolly.replay;
