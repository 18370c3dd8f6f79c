/**
 * Breaks a stack on purpose and counts: a seeded load, a seeded schedule of kills, and a ledger
 * that holds what was sent against what was committed.
 */
package dev.dolly.chaos;
