/** What becomes of a record that can't be served. */
package dev.dolly.schemas.deadletter;
