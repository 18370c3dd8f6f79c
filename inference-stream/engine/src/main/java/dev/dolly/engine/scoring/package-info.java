/** Log-likelihoods of given texts, as zero-shot evaluation needs them. */
package dev.dolly.engine.scoring;
