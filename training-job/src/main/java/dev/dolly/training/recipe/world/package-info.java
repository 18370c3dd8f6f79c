/**
 * What instructions are made of: seeded draws, names, word pools and templates, read from files.
 */
package dev.dolly.training.recipe.world;
