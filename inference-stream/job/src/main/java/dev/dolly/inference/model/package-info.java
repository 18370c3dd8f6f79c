/**
 * Which version of the model the job serves: what the checkpoint topic announces, and how a
 * promoted checkpoint gets from its directory into memory.
 */
package dev.dolly.inference.model;
