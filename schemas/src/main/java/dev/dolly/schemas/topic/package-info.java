/** The catalogue of topics, and how they are created. */
package dev.dolly.schemas.topic;
