package dev.dolly.training.recipe.task;

import dev.dolly.training.recipe.world.Draw;

/** Draws instances of one category. Immutable. */
interface Task {
  Instance draw(Draw draw);
}
