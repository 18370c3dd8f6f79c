/** What can be set about a training run, read and checked before anything is loaded. */
package dev.dolly.training.options;
