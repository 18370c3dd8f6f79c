/**
 * Records of an instruction dataset as examples, and which of them are held out: what training
 * learns from and what evaluation asks are of one making.
 */
package dev.dolly.engine.example;
