package dev.dolly.training.options;

/**
 * When a batch counts as an outlier.
 *
 * @param deviations of loss or gradient norm from their mean over the window; 0: never
 * @param window steps that it is compared with
 */
public record GuardOptions(double deviations, int window) {
  public boolean isOn() {
    return deviations > 0;
  }
}
