#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

#define RX_SIZE 128 /* powers of two: the indexes wrap by masking */
#define TX_SIZE 256

static volatile uint8_t rx[RX_SIZE], rx_head, rx_tail;
static volatile uint8_t tx[TX_SIZE], tx_head, tx_tail;

void uart_begin(void) {
  UCSR0A = 1 << U2X0;
  UBRR0 = 34; /* 16 MHz / 8 / 35 = 57,143 baud: 0.8 % below 57,600, well inside what 8N1 bears */
  UCSR0C = (1 << UCSZ01) | (1 << UCSZ00);
  UCSR0B = (1 << RXEN0) | (1 << TXEN0) | (1 << RXCIE0);
}

ISR(USART_RX_vect) {
  uint8_t byte = UDR0;
  uint8_t next = (rx_head + 1) & (RX_SIZE - 1);
  if (next == rx_tail) return;
  rx[rx_head] = byte;
  rx_head = next;
}

ISR(USART_UDRE_vect) {
  UDR0 = tx[tx_tail++];
  if (tx_tail == tx_head) UCSR0B &= ~(1 << UDRIE0);
}

void uart_send(uint8_t byte) {
  while ((uint8_t)(tx_head + 1) == tx_tail) sleep_mode();
  tx[tx_head++] = byte;
  UCSR0B |= 1 << UDRIE0;
}

int16_t uart_receive(void) {
  if (rx_tail == rx_head) return -1;
  uint8_t byte = rx[rx_tail];
  rx_tail = (rx_tail + 1) & (RX_SIZE - 1);
  return byte;
}
