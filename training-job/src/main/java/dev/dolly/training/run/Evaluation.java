package dev.dolly.training.run;

import dev.dolly.engine.example.Example;
import dev.dolly.training.zero.Trainer;
import java.util.List;

/**
 * The loss over what is held out.
 *
 * @param examples may be none
 * @param perDevice examples that one device takes in one go
 */
record Evaluation(Trainer trainer, List<Example> examples, int perDevice, int devices) {

  /**
   * Mean over all completion tokens.
   *
   * @param betweenPieces called often, so that a cancellation need not wait for all of it
   */
  double loss(Runnable betweenPieces) {
    int piece = perDevice * devices;
    double loss = 0;
    long labels = 0;
    for (int from = 0; from < examples.size(); from += piece) {
      betweenPieces.run();
      List<Example> some = examples.subList(from, Math.min(examples.size(), from + piece));
      long counted = some.stream().mapToLong(Example::labels).sum();
      loss += counted * trainer.evaluate(some, perDevice);
      labels += counted;
    }
    return loss / labels;
  }
}
