/** What the events of the checkpoint topic, read in the order of their offsets, add up to. */
package dev.dolly.schemas.checkpoint;
