#include "display.h"

#include <avr/io.h>
#include <util/delay_basic.h>

#define ROWS 2
#define COLUMNS 16
#define RS 0x01
#define E 0x02
#define START_UP_MS 50

static uint8_t wished[ROWS][COLUMNS], shown[ROWS][COLUMNS];
static uint8_t age_ms, step, at; /* `at` is where the display's own cursor stands; 0xFF where nobody knows */

static void half(uint8_t nibble, uint8_t rs) {
  PORTC = (PORTC & 0xC0) | (nibble << 2) | rs;
  PORTC |= E;
  _delay_loop_1(8); /* 1.5 us; the chip asks for 0.45 */
  PORTC &= ~E;
}

static void send(uint8_t byte, uint8_t rs) {
  half(byte >> 4, rs);
  half(byte & 0x0F, rs);
}

void display_begin(void) {
  DDRC |= 0x3F;
  PORTC &= 0xC0;
  for (uint8_t row = 0; row < ROWS; row++)
    for (uint8_t column = 0; column < COLUMNS; column++) wished[row][column] = shown[row][column] = ' ';
  at = 0xFF;
}

void display_put(uint8_t row, uint8_t column, uint8_t character) {
  if (row < ROWS && column < COLUMNS) wished[row][column] = character;
}

/** The start-up of the data sheet, a step in five milliseconds: three times 8 bit, then 4 bit, two lines, no cursor, cleared. */
static void start_up(void) {
  static const uint8_t halves[] = {3, 3, 3, 2};
  static const uint8_t commands[] = {0x28, 0x0C, 0x01, 0x06};
  if (step < sizeof halves) half(halves[step], 0);
  else send(commands[step - sizeof halves], 0);
  step++;
}

static void show_next_change(void) {
  for (uint8_t row = 0; row < ROWS; row++) {
    for (uint8_t column = 0; column < COLUMNS; column++) {
      if (shown[row][column] == wished[row][column]) continue;
      uint8_t address = row * 0x40 + column;
      if (at != address) {
        send(0x80 | address, 0);
        at = address; /* the character follows a millisecond later */
        return;
      }
      shown[row][column] = wished[row][column];
      send(shown[row][column], RS);
      at = address + 1;
      return;
    }
  }
}

void display_tick(void) {
  if (age_ms < START_UP_MS) {
    age_ms++;
  } else if (step < 8) {
    age_ms -= 5;
    start_up();
  } else {
    show_next_change();
  }
}
