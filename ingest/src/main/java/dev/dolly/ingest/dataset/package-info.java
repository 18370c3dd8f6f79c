/** Instruction datasets from files onto their topics. */
package dev.dolly.ingest.dataset;
