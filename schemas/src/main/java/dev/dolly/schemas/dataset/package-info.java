/** Instruction datasets: how files of them are read, and what names a record for good. */
package dev.dolly.schemas.dataset;
