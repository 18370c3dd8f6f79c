/** How many of a trained model's answers to unseen instances are right, by category. */
package dev.dolly.training.recipe.check;
