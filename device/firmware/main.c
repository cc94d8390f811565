/* Firmware of the panel board: buttons and lamps over Firmata, coins counted by itself, a display. The host may stall, restart or be
 * gone: the timer's interrupt measures the coin lines every millisecond, and the acceptor is inhibited once the host's lease is over. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "coins.h"
#include "display.h"
#include "firmata.h"
#include "uart.h"

static volatile uint8_t ticks;

ISR(TIMER0_COMPA_vect) {
  coins_sample(PIND);
  ticks++;
}

static void timer_begin(void) {
  TCCR0A = 1 << WGM01;
  TCCR0B = (1 << CS01) | (1 << CS00); /* 16 MHz / 64 / 250 = 1 kHz */
  OCR0A = 249;
  TIMSK0 = 1 << OCIE0A;
}

int main(void) {
  uint8_t done = 0;
  MCUSR = 0;
  wdt_enable(WDTO_1S);
  coins_begin();
  firmata_begin();
  display_begin();
  uart_begin();
  timer_begin();
  sei();
  firmata_introduce();
  coins_report();
  for (;;) {
    wdt_reset();
    for (int16_t byte; (byte = uart_receive()) >= 0;) firmata_input((uint8_t)byte);
    if (done != ticks) {
      done++;
      if (coins_tick()) coins_report();
      firmata_tick();
      display_tick();
    } else {
      set_sleep_mode(SLEEP_MODE_IDLE);
      sleep_mode();
    }
  }
}
