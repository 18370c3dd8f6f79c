package dev.dolly.training.checkpoint;

/** What a save is about to do; at each of them the process may be killed. */
enum SavePhase {
  /** Removing what a killed save left. */
  CLEAR,
  /** Writing model and trainer's state under a temporary name. */
  WRITE,
  /** Writing the manifest. */
  COMMIT,
  /** Removing an older directory of the same name. */
  REPLACE,
  /** Giving it its name. */
  RENAME,
  /** Removing an old checkpoint's manifest, so that it no longer counts. */
  FORGET,
  /** Removing its files. */
  REMOVE,
  /** Removing the final model's manifest. */
  REOPEN,
  /** Copying the final model. */
  COPY,
  /** Writing the final model's manifest. */
  FINISH
}
