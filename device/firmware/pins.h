/* Wiring of the panel board: an ATmega328P at 16 MHz (Arduino Uno, Nano and their kin). Pin numbers are the Arduino's.
 *
 *   D0 D1    serial line to the host, 57,600 baud 8N1
 *   D2 D3    coin lines 1 and 2, active low, pulled up
 *   D4       coin acceptor's inhibit relay: HIGH = coins are taken. LOW after any reset: inhibited is the default
 *   D5..D13  free for Firmata: buttons, lamps, relays
 *   A0..A5   2x16 character display (HD44780): RS, E, D4, D5, D6, D7
 */
#ifndef PINS_H
#define PINS_H

#define PIN_COUNT 20
#define COIN_LINES 2
#define FIRST_FREE_PIN 5
#define LAST_FREE_PIN 13

#define COIN_PORT_MASK 0x0C /* PD2, PD3 */
#define ACCEPT_BIT 0x10     /* PD4 */

#endif
