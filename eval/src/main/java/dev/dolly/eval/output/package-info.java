/** The files that an evaluation leaves. */
package dev.dolly.eval.output;
