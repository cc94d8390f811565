/* Coin pulses: measured by the millisecond, remembered before they are told. */
#ifndef COINS_H
#define COINS_H
#include <stdint.h>

void coins_begin(void);
/** Every millisecond, from the timer's interrupt: measures the lines whatever the host or the main loop does. */
void coins_sample(uint8_t port_d);
/** Every millisecond, from the main loop. @returns 1 when there is something new to tell */
uint8_t coins_tick(void);
void coins_report(void);

void coins_accept(uint8_t lease_tenths);
void coins_setup(uint16_t shortest_ms, uint16_t longest_ms, uint16_t burst_ms);
/** Names the epoch of a blank memory; a named one never changes. */
void coins_name_epoch(uint16_t epoch);

#endif
