/** What is trained on: records of the dataset as token ids with their labels. */
package dev.dolly.training.example;
