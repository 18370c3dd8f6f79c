package dev.dolly.chaos;

/** How a prompt comes into the stack. */
enum Way {
  /** As JSON on the raw topic, through ingest. */
  RAW,
  /** As Avro, straight onto the inference job's topic. */
  AVRO
}
