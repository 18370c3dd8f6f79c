/** The tasks of the small world, in Dolly's eight categories: instructions with their answers. */
package dev.dolly.training.recipe.task;
