/** How weights move: AdamW's settings and the learning rate of each step. */
package dev.dolly.training.optimizer;
