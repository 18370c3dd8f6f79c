/**
 * Training on several devices with ZeRO stage 3 (Rajbhandari et al., 2020): each device holds one
 * N-th of weights, gradients, masters and moments; a unit's weights are gathered for its use and
 * freed, its gradients are summed and scattered. {@link dev.dolly.training.zero.Trainer} is all
 * that others need. It knows neither Flink nor topics.
 */
package dev.dolly.training.zero;
