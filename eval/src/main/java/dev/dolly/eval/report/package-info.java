/** Scores for people: the table on a terminal, and a page that stands alone. */
package dev.dolly.eval.report;
