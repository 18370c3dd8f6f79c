/** What models say to instructions. */
package dev.dolly.eval.answers;
