/**
 * The {@code dolly} command line: what users and scripts call.
 *
 * <p>Standard output carries results only; progress, logs and errors go to standard error. Exit
 * codes: 0 done, 1 failed, 2 wrong usage.
 */
package dev.dolly.cli;
