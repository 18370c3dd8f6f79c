/** Where a model came from: the run, its data and its parent, in manifests and in events. */
package dev.dolly.training.lineage;
