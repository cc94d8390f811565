#ifndef UART_H
#define UART_H
#include <stdint.h>

void uart_begin(void);
/** Queues a byte; waits only while 256 bytes are still on their way out. */
void uart_send(uint8_t byte);
/** The next received byte, or -1. Bytes beyond 128 unread ones are dropped: the host repeats what matters. */
int16_t uart_receive(void);

#endif
