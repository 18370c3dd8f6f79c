package dev.dolly.inference.metrics;

/** How full the engines of a subtask are, all its models together. From any thread. */
public interface Engines {
  /** Models in memory. */
  int residents();

  /** Requests that an engine has and that have no place in its batch yet. */
  int waiting();

  /** Requests in a batch. */
  int running();

  /** Tokens reserved in the caches. */
  int cacheUsed();

  /** Tokens that the caches hold. */
  int cacheSize();

  /** Native tensors of models and caches. */
  int nativeTensors();
}
