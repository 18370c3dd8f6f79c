/**
 * What makes a prompt: the JSON that clients send, the rules every prompt has to keep, its seed.
 */
package dev.dolly.schemas.prompt;
