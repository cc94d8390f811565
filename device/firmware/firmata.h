/* As much of the Firmata protocol 2.5 as johnny-five needs for buttons, lamps and relays, and three messages of our own. */
#ifndef FIRMATA_H
#define FIRMATA_H
#include <stdint.h>

/* Sysex numbers 0x01..0x0F are the user's own by the Firmata protocol. Numbers travel as groups of 7 bits, lowest first. */
enum {
  SYSEX_COINS = 0x01,   /* out: epoch/3, pulses of each line/5, unexplained/5, flags/1 */
  SYSEX_QUERY = 0x02,   /* in: answer with SYSEX_COINS */
  SYSEX_ACCEPT = 0x03,  /* in: tenths of a second/1; 0 = inhibit */
  SYSEX_SETUP = 0x04,   /* in: shortest/2, longest/2, burst pause/2, all in ms */
  SYSEX_EPOCH = 0x05,   /* in: epoch/3, heard only by a blank memory */
  SYSEX_DISPLAY = 0x06, /* in: row/1, then characters/2 each */
};

void firmata_begin(void);
/** Tells version and name by itself, as hosts expect after a reset. */
void firmata_introduce(void);
void firmata_input(uint8_t byte);
/** Every millisecond, from the main loop: tells inputs that stayed changed for 5 ms. */
void firmata_tick(void);

void firmata_begin_sysex(uint8_t number);
void firmata_send_number(uint32_t value, uint8_t groups);
void firmata_end_sysex(void);

#endif
