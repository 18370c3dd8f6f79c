/**
 * What the events of the checkpoint topic, read in the order of their offsets, add up to, and which
 * of the directories that they name are opened.
 */
package dev.dolly.schemas.checkpoint;
