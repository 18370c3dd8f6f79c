/** The schema registry: connecting, registering our schemas, asking it patiently. */
package dev.dolly.schemas.registry;
