/** Reads what a running stack writes, from any process: topics as they are, answers from chunks. */
package dev.dolly.client;
