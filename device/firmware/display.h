/* A 2x16 character display (HD44780) on A0..A5, four data lines. */
#ifndef DISPLAY_H
#define DISPLAY_H
#include <stdint.h>

void display_begin(void);
/** Notes a character; outside the 2x16 it is ignored. */
void display_put(uint8_t row, uint8_t column, uint8_t character);
/** Every millisecond: writes at most one changed character, so that nothing ever waits for the display. */
void display_tick(void);

#endif
