#include "firmata.h"

#include <avr/io.h>

#include "coins.h"
#include "display.h"
#include "pins.h"
#include "uart.h"

enum {
  DIGITAL_MESSAGE = 0x90, REPORT_DIGITAL = 0xD0, SET_PIN_MODE = 0xF4, SET_PIN_VALUE = 0xF5, VERSION = 0xF9, SYSTEM_RESET = 0xFF,
  START_SYSEX = 0xF0, END_SYSEX = 0xF7,
  ANALOG_MAPPING_QUERY = 0x69, ANALOG_MAPPING = 0x6A, CAPABILITY_QUERY = 0x6B, CAPABILITY = 0x6C, PIN_STATE_QUERY = 0x6D, PIN_STATE = 0x6E,
  FIRMWARE = 0x79,
  MODE_INPUT = 0, MODE_OUTPUT = 1, MODE_PULLUP = 11,
};

#define MAX_SYSEX 64
#define DEBOUNCE_MS 5
#define PORTS 2 /* the free pins lie on ports 0 (D0..D7) and 1 (D8..D13) */

static uint8_t message[MAX_SYSEX], length, command, wanted, in_sysex, overlong;
static uint8_t modes[PIN_COUNT], reported[PORTS], told[PORTS], candidate[PORTS], steady_ms[PORTS];

static uint8_t is_free(uint8_t pin) { return pin >= FIRST_FREE_PIN && pin <= LAST_FREE_PIN; }
static volatile uint8_t *direction(uint8_t pin) { return pin < 8 ? &DDRD : &DDRB; }
static volatile uint8_t *output(uint8_t pin) { return pin < 8 ? &PORTD : &PORTB; }
static uint8_t bit(uint8_t pin) { return 1 << (pin & 7); }

static uint8_t inputs(uint8_t port) {
  uint8_t mask = 0;
  for (uint8_t i = 0; i < 8; i++) {
    uint8_t pin = port * 8 + i;
    if (is_free(pin) && modes[pin] != MODE_OUTPUT) mask |= 1 << i;
  }
  return (port == 0 ? PIND : PINB) & mask;
}

static void set_mode(uint8_t pin, uint8_t mode) {
  if (!is_free(pin) || (mode != MODE_INPUT && mode != MODE_OUTPUT && mode != MODE_PULLUP)) return;
  modes[pin] = mode;
  if (mode == MODE_OUTPUT) *direction(pin) |= bit(pin);
  else *direction(pin) &= ~bit(pin);
  if (mode == MODE_PULLUP) *output(pin) |= bit(pin);
  else *output(pin) &= ~bit(pin);
}

/** Writing to an input switches its pull-up: so the registers of the chip have it, and so johnny-five asks for one. */
static void write_pin(uint8_t pin, uint8_t value) {
  if (!is_free(pin)) return;
  if (value) *output(pin) |= bit(pin);
  else *output(pin) &= ~bit(pin);
}

static void tell_port(uint8_t port) {
  told[port] = candidate[port];
  uart_send(DIGITAL_MESSAGE | port);
  firmata_send_number(told[port], 2);
}

void firmata_begin_sysex(uint8_t number) {
  uart_send(START_SYSEX);
  uart_send(number);
}

void firmata_send_number(uint32_t value, uint8_t groups) {
  while (groups--) {
    uart_send(value & 0x7F);
    value >>= 7;
  }
}

void firmata_end_sysex(void) { uart_send(END_SYSEX); }

static void tell_version(void) {
  uart_send(VERSION);
  uart_send(2);
  uart_send(5);
}

static void tell_firmware(void) {
  static const char name[] = "ackbox-panel";
  firmata_begin_sysex(FIRMWARE);
  firmata_send_number(1, 1);
  firmata_send_number(0, 1);
  for (const char *c = name; *c; c++) firmata_send_number((uint8_t)*c, 2);
  firmata_end_sysex();
}

void firmata_introduce(void) {
  tell_version();
  tell_firmware();
}

static void tell_capabilities(void) {
  static const uint8_t every_mode[] = {MODE_INPUT, MODE_OUTPUT, MODE_PULLUP};
  firmata_begin_sysex(CAPABILITY);
  for (uint8_t pin = 0; pin < PIN_COUNT; pin++) {
    for (uint8_t i = 0; is_free(pin) && i < sizeof every_mode; i++) {
      uart_send(every_mode[i]);
      uart_send(1);
    }
    uart_send(0x7F);
  }
  firmata_end_sysex();
}

static void tell_no_analog_pins(void) {
  firmata_begin_sysex(ANALOG_MAPPING);
  for (uint8_t pin = 0; pin < PIN_COUNT; pin++) uart_send(0x7F);
  firmata_end_sysex();
}

static void tell_pin_state(uint8_t pin) {
  if (pin >= PIN_COUNT) return;
  firmata_begin_sysex(PIN_STATE);
  uart_send(pin);
  uart_send(modes[pin]);
  uart_send(is_free(pin) && (*output(pin) & bit(pin)) ? 1 : 0);
  firmata_end_sysex();
}

static uint16_t number(uint8_t from, uint8_t groups) {
  uint16_t value = 0;
  for (uint8_t i = 0; i < groups; i++) value |= (uint16_t)message[from + i] << (7 * i);
  return value;
}

static void show(void) {
  uint8_t column = 0;
  for (uint8_t i = 2; i + 1 < length; i += 2) display_put(message[1], column++, (uint8_t)number(i, 2));
}

static void obey_sysex(void) {
  if (overlong || length == 0) return;
  switch (message[0]) {
    case FIRMWARE: tell_firmware(); break;
    case CAPABILITY_QUERY: tell_capabilities(); break;
    case ANALOG_MAPPING_QUERY: tell_no_analog_pins(); break;
    case PIN_STATE_QUERY: if (length == 2) tell_pin_state(message[1]); break;
    case SYSEX_QUERY: coins_report(); break;
    case SYSEX_ACCEPT: if (length == 2) coins_accept(message[1]); break;
    case SYSEX_SETUP: if (length == 7) coins_setup(number(1, 2), number(3, 2), number(5, 2)); break;
    case SYSEX_EPOCH: if (length == 4) coins_name_epoch(number(1, 3)); break;
    case SYSEX_DISPLAY: if (length >= 2) show(); break;
  }
}

static void write_port(uint8_t port, uint8_t value) {
  for (uint8_t i = 0; i < 8; i++) {
    if (port < PORTS && modes[port * 8 + i] == MODE_OUTPUT) write_pin(port * 8 + i, value & (1 << i));
  }
}

static void obey(void) {
  switch (command & 0xF0) {
    case DIGITAL_MESSAGE: write_port(command & 0x0F, number(0, 2)); return;
    case REPORT_DIGITAL:
      if ((command & 0x0F) >= PORTS) return;
      reported[command & 0x0F] = message[0];
      if (message[0]) tell_port(command & 0x0F);
      return;
  }
  if (command == SET_PIN_MODE) set_mode(message[0], message[1]);
  if (command == SET_PIN_VALUE) write_pin(message[0], message[1]);
}

static uint8_t arguments(uint8_t of) {
  switch (of & 0xF0) {
    case DIGITAL_MESSAGE: return 2;
    case REPORT_DIGITAL: return 1;
    case 0xE0: return 2; /* analog output: read over */
    case 0xC0: return 1; /* report analog: read over */
  }
  return of == SET_PIN_MODE || of == SET_PIN_VALUE ? 2 : 0;
}

static void begin_message(uint8_t byte) {
  in_sysex = byte == START_SYSEX;
  overlong = 0;
  length = 0;
  command = byte;
  wanted = arguments(byte);
  if (byte == VERSION) tell_version();
  if (byte == SYSTEM_RESET) firmata_begin();
}

void firmata_input(uint8_t byte) {
  if (byte == END_SYSEX) {
    if (in_sysex) obey_sysex();
    in_sysex = 0;
  } else if (byte & 0x80) {
    begin_message(byte);
  } else if (in_sysex) {
    if (length < MAX_SYSEX) message[length++] = byte;
    else overlong = 1;
  } else if (wanted > 0) {
    message[length++] = byte;
    if (length < wanted) return;
    wanted = 0;
    obey();
  }
}

/** Pins free and quiet, coins inhibited; what was counted stays counted. */
void firmata_begin(void) {
  for (uint8_t pin = 0; pin < PIN_COUNT; pin++) set_mode(pin, MODE_INPUT);
  for (uint8_t port = 0; port < PORTS; port++) reported[port] = 0;
  coins_accept(0);
}

void firmata_tick(void) {
  for (uint8_t port = 0; port < PORTS; port++) {
    uint8_t now = inputs(port);
    if (now != candidate[port]) {
      candidate[port] = now;
      steady_ms[port] = 0;
    } else if (steady_ms[port] < DEBOUNCE_MS) {
      steady_ms[port]++;
    } else if (reported[port] && told[port] != now) {
      tell_port(port);
    }
  }
}
