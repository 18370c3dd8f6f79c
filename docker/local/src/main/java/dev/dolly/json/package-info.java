/** Records as JSON, the way every command prints them. */
package dev.dolly.json;
