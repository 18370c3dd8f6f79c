/** Which example is trained on when: a function of the examples and the seed alone. */
package dev.dolly.training.order;
