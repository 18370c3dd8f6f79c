/** Digests. */
package dev.dolly.schemas.digest;
