/**
 * What a child process of the stack needs to talk with its parent; nothing but the JDK, since the
 * registry's class path has nothing else of ours.
 */
package dev.dolly.local.child;
