/**
 * Whether answers that a checkpoint promised were committed. The exactly-once sink commits after
 * the checkpoint; if the job is away for longer than the broker keeps a transaction open, the
 * broker aborts it and the sink goes on without a word. Here it is noticed.
 */
package dev.dolly.inference.commit;
