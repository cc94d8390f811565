#include "counter-ring.h"

#include <avr/eeprom.h>
#include <stddef.h>
#include <util/crc16.h>

#define SLOTS 64

struct record {
  struct counters counters;
  uint16_t crc;
} __attribute__((packed));

_Static_assert(sizeof(struct record) == 16, "64 records fill the 1,024 bytes");

static struct record writing;
static uint8_t position = sizeof(struct record); /* the next byte to write; at the end: idle */
static uint8_t slot;

static uint16_t checksum(const struct record *record) {
  uint16_t crc = 0xACB0; /* not the usual start: neither an erased nor a zeroed memory looks like a record */
  const uint8_t *bytes = (const uint8_t *)record;
  for (uint8_t i = 0; i < offsetof(struct record, crc); i++) crc = _crc_ccitt_update(crc, bytes[i]);
  return crc;
}

void ring_load(struct counters *newest) {
  struct record record;
  *newest = (struct counters){0};
  slot = SLOTS - 1;
  for (uint8_t i = 0; i < SLOTS; i++) {
    eeprom_read_block(&record, (const void *)(i * sizeof record), sizeof record);
    if (record.crc != checksum(&record) || record.counters.sequence <= newest->sequence) continue;
    *newest = record.counters;
    slot = i;
  }
}

void ring_store(const struct counters *next) {
  writing.counters = *next;
  writing.crc = checksum(&writing);
  slot = (slot + 1) % SLOTS;
  position = 0;
}

void ring_step(void) {
  if (ring_idle() || !eeprom_is_ready()) return;
  eeprom_write_byte((uint8_t *)(slot * sizeof writing + position), ((const uint8_t *)&writing)[position]);
  position++;
}

uint8_t ring_idle(void) { return position == sizeof writing; }
