// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 16550 serial ports (National Semiconductor PC16550D data sheet, section 8): 115200 baud, 8N1. Output is polled;
 * input raises an interrupt where wanted.
 */
#include "host.h"

enum {
	UART_DATA = 0,
	UART_IER = 1,
	UART_FCR = 2,
	UART_LCR = 3,
	UART_MCR = 4,
	UART_LSR = 5,
};

#define LCR_8N1		0x03
#define LCR_DLAB	0x80
#define FCR_CLEAR	0x07	/* enable and clear both FIFOs */
#define MCR_READY	0x0b	/* DTR, RTS, OUT2: the last one lets interrupts through */
#define LSR_DATA	0x01
#define LSR_THR_EMPTY	0x20

void uart_init(uint16_t port)
{
	outb(port + UART_IER, 0);
	outb(port + UART_LCR, LCR_DLAB);
	outb(port + UART_DATA, 1);	/* divisor 1: 115200 baud */
	outb(port + UART_IER, 0);
	outb(port + UART_LCR, LCR_8N1);
	outb(port + UART_FCR, FCR_CLEAR);
	outb(port + UART_MCR, MCR_READY);
}

/* An interrupt while there is something to read. */
void uart_receive_interrupt(uint16_t port, bool on)
{
	outb(port + UART_IER, on);
}

void uart_write(uint16_t port, const void *bytes, size_t size)
{
	for (const uint8_t *byte = bytes; size; size--, byte++) {
		while (!(inb(port + UART_LSR) & LSR_THR_EMPTY))
			;
		outb(port + UART_DATA, *byte);
	}
}

bool uart_read(uint16_t port, uint8_t *byte)
{
	if (!(inb(port + UART_LSR) & LSR_DATA))
		return false;
	*byte = inb(port + UART_DATA);
	return true;
}
