/* The coin counter's memory: a ring of records in the EEPROM, each with a checksum.
 *
 *   slot 0        slot 1        ...   slot 63
 *   [seq|counts|epoch|crc16]          16 bytes each
 *
 * The newest valid record counts. A write goes to the slot after it, that of the oldest, so that a power cut at any byte leaves the newest
 * one as it was; and each cell is written once in 64 bursts (100,000 writes a cell: more than 6 million bursts).
 */
#ifndef COUNTER_RING_H
#define COUNTER_RING_H
#include <stdint.h>

#include "pins.h"

struct counters {
  uint32_t sequence;
  uint32_t pulses[COIN_LINES];
  /** Named by the host when the memory was blank; 0 = not named yet, and nothing is reported as counted. */
  uint16_t epoch;
};

/** Finds the newest valid record; all zero where there is none. */
void ring_load(struct counters *newest);
/** Begins to write; ring_step carries it on, a byte at a time, without waiting. Only while ring_idle. */
void ring_store(const struct counters *next);
void ring_step(void);
uint8_t ring_idle(void);

#endif
